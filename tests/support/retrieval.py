"""Documents, files and rankings as the tests of retrieval need them."""

from datetime import UTC, datetime

from lodgepole.model import (
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    FileVersion,
    Hit,
    Passage,
    PassageKey,
    Upload,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASSISTANT = Assistant(
    id="a-1", project_id="p", name="acme", status=AssistantStatus.READY, instructions=None,
    metadata=None, region="us", created_at=NOW, updated_at=NOW,
)  # fmt: skip


def file_named(file_id: str, metadata: dict[str, str] | None = None) -> File:
    upload = Upload(
        name=f"{file_id}.txt", kind=FileKind.TEXT, size=1, crc32c="", sha256="",
        metadata=metadata, multimodal=False,
    )  # fmt: skip
    return File(
        id=file_id, assistant_id=ASSISTANT.id, upload=upload, status=FileStatus.AVAILABLE,
        created_at=NOW, updated_at=NOW, generation=1,
    )  # fmt: skip


def passages_of(text: str, size: int, *, per_page: int = 0, section: int = 0) -> list[Passage]:
    """`text` in passages of `size` words; so many on a page, or in a section, where given."""
    words = list(text.split(" "))
    passages: list[Passage] = []
    start = 0
    for first in range(0, len(words), size):
        body = " ".join(words[first : first + size])
        ordinal = len(passages)
        end = start + len(body)
        passages.append(
            Passage(
                ordinal=ordinal, start=start, end=end, text=body, tokens=len(body.split()),
                page=ordinal // per_page + 1 if per_page else None,
                heading_path=(f"Part {ordinal // section}",) if section else (),
                gap=" " if end < len(text) else "",
            )
        )  # fmt: skip
        start = end + 1
    return passages


def keyed(file: File, passages: list[Passage]) -> dict[PassageKey, Passage]:
    return {PassageKey(file.version, passage.ordinal): passage for passage in passages}


def hit(version: FileVersion, ordinal: int, score: float) -> Hit:
    return Hit(PassageKey(version, ordinal), score)
