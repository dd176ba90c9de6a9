"""The figures that stand within snippets, read from the stored documents only when wanted."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from lodgepole.documents.stored_documents import find_document, load_figure
from lodgepole.errors import NotFound
from lodgepole.model import Figure, FileVersion, Snippet
from lodgepole.ports.blobs import Blobs

DOCUMENTS = 64  # whose lists of figures are remembered; a version never changes
IMAGE_BYTES = 24 * 1024 * 1024  # of one response; figures beyond are shown by caption alone


class SnippetFigures:
    """Gives snippets of multimodal files the figures that they cover."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: OrderedDict[tuple[str, FileVersion], tuple[Figure, ...]] = OrderedDict()

    async def attach(
        self, assistant_id: str, snippets: Sequence[Snippet], *, data: bool
    ) -> list[Snippet]:
        """The snippets with their figures, in the order of the text.

        Args:
            assistant_id: Whose files they are of.
            snippets: Those of files that are not multimodal stay as they are.
            data: Also load the images, best snippets first, up to a limit of bytes.
        """
        left = IMAGE_BYTES if data else 0
        shown: list[Snippet] = []
        for snippet in snippets:
            figures: list[Figure] = []
            for number, figure in await self._covered(assistant_id, snippet):
                image = b""
                if left > 0:
                    image = await self._image(assistant_id, snippet.file.version, number)
                    image = image if len(image) <= left else b""
                    left -= len(image)
                figures.append(replace(figure, data=image))
            shown.append(replace(snippet, figures=tuple(figures)) if figures else snippet)
        return shown

    async def _covered(self, assistant_id: str, snippet: Snippet) -> list[tuple[int, Figure]]:
        if not snippet.file.upload.multimodal:
            return []
        return [
            (number, figure)
            for number, figure in enumerate(await self._of(assistant_id, snippet.file.version))
            if snippet.start <= figure.position < snippet.end and figure.page in snippet.pages
        ]

    async def _of(self, assistant_id: str, version: FileVersion) -> tuple[Figure, ...]:
        """All figures of a version, without their data."""
        key = (assistant_id, version)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        document = await find_document(self._blobs, assistant_id, version)
        if document is None:  # removed while the question was under way
            return ()
        self._known[key] = document.figures
        if len(self._known) > DOCUMENTS:
            self._known.popitem(last=False)
        return document.figures

    async def _image(self, assistant_id: str, version: FileVersion, number: int) -> bytes:
        try:
            return await load_figure(self._blobs, assistant_id, version, number)
        except NotFound:
            return b""
