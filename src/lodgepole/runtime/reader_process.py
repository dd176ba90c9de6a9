"""Entry point of the reader process: parses files and cuts documents into passages.

`python -m lodgepole.runtime.reader_process` is started by the server, never by hand.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lodgepole.adapters.parsers.subprocess import child
from lodgepole.adapters.web_pages.foreign import read_foreign
from lodgepole.documents.builder import from_json
from lodgepole.limits import Limits
from lodgepole.ports.chunker import ChunkedDocument

if TYPE_CHECKING:
    from lodgepole.ports.tokenizer import Tokenizer


def main() -> None:
    """Serve requests until standard input ends."""
    child.main(cut_document, read_foreign)


def cut_document(body: bytes, name: str, tokenizer: Path, limits: Limits) -> ChunkedDocument:
    # A third of a second of CPU, which a process that only reads does not need.
    from lodgepole.ingestion.passages import cut  # noqa: PLC0415

    return cut(from_json(body), name=name, tokenizer=_tokenizer(tokenizer), limits=limits)


@cache
def _tokenizer(path: Path) -> "Tokenizer":
    # A process that only reads has no need of it.
    from lodgepole.adapters.embedders.tokenizer import (  # noqa: PLC0415
        TokenizersTokenizer,
    )

    return TokenizersTokenizer(path)


if __name__ == "__main__":
    main()
