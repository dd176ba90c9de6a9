"""What tests of parsers share: a file written, read and checked, its blocks, archives of parts."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from lodgepole.documents.builder import check_document
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document

Parse = Callable[[Path, str, Limits], Document]
RELATION = '<Relationship Id="{}" Type="http://x/{}" Target="{}"/>'


def read(parse: Parse, path: Path, data: bytes | str, limits: Limits | None = None) -> Document:
    """What `parse` makes of `data`, which is written to `path`."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    document = parse(path, "file", limits or Limits())
    check_document(document)
    return document


def shown(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def archive(parts: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return data.getvalue()


def damaged(data: bytes, part: str) -> bytes:
    """An archive in which the bytes of one part do not unpack any more."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        found = made.getinfo(part)
    start = found.header_offset + 30 + len(part)
    spoilt = bytearray(data)
    spoilt[start : start + found.compress_size] = b"\xff" * found.compress_size
    return bytes(spoilt)


def relations(*found: tuple[str, str, str]) -> str:
    """The part of an Office file that says which parts another one uses: id, kind and target."""
    return f"<Relationships>{''.join(RELATION.format(*one) for one in found)}</Relationships>"
