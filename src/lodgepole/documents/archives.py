"""Files that are ZIP archives of XML parts, opened only once their sizes are within the limits."""

import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  lxml has no stubs

from lodgepole.documents.builder import DocumentBuilder
from lodgepole.errors import UnreadableFile
from lodgepole.limits import MIB, Limits

ENTRIES = 20_000  # in one archive
NAMED = 5  # damaged parts in a notice
_OLE = b"\xd0\xcf\x11\xe0"
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Expected contents of an archive, in the words of messages."""

    what: str  # e.g. `a Word document`
    ending: str
    program: str  # that saves such files
    old: str = ""  # the ending of the format before it, which is no archive


class Archive:
    """One file; `close` it."""

    def __init__(self, path: Path, name: str, limits: Limits, kept: Kept) -> None:
        """Raises UnreadableFile: it is encrypted, damaged, or unpacks to more than is read."""
        self._name = name
        self._limits = limits
        self._kept = kept
        self.unread: list[str] = []
        """Parts that are damaged, in whole or from some place on; the rest of the file is read."""
        with path.open("rb") as file:
            if kept.old and file.read(4) == _OLE:
                raise UnreadableFile(
                    f"{name!r} is encrypted or an old {kept.old} file: save it as {kept.ending} "
                    "without a password and upload it again."
                )
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN:
            raise self.damaged() from None
        try:
            self._check_sizes(path)
        except UnreadableFile:
            self._zip.close()
            raise

    def _check_sizes(self, path: Path) -> None:
        entries = self._zip.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        limit = min(
            self._limits.archive_bytes, self._limits.archive_ratio * path.stat().st_size + MIB
        )
        if unpacked > limit or len(entries) > ENTRIES:
            raise UnreadableFile(
                f"{self._name!r} unpacks to {unpacked:,} bytes in {len(entries):,} parts, more "
                f"than the {limit:,} bytes or {ENTRIES:,} parts that are read: upload a smaller "
                "file."
            )

    def close(self) -> None:
        self._zip.close()

    def damaged(self) -> UnreadableFile:
        """The refusal of a file that is not what its name says."""
        return UnreadableFile(
            f"{self._name!r} is damaged or not {self._kept.what}: open it in "
            f"{self._kept.program}, save it as {self._kept.ending} and upload it again."
        )

    def names(self) -> list[str]:
        return self._zip.namelist()

    def data(self, part: str) -> bytes | None:
        """The bytes of a part; None when there is no such part, or it is damaged."""
        try:
            return self._zip.read(part)
        except KeyError:
            return None
        except _BROKEN:
            self._leave(part)
            return None

    def xml(self, part: str, *, required: bool = False) -> Any:
        """The root element of a part; None when there is no such part, or it is damaged.

        Raises:
            UnreadableFile: The part is required and cannot be read, or declares entities.
        """
        data = self.data(part)
        if data is None:
            if required:
                raise self.damaged()
            return None
        try:
            root = etree.fromstring(data, _parser())
        except etree.XMLSyntaxError:
            if required:
                raise self.damaged() from None
            self._leave(part)
            root = etree.fromstring(data, _parser(recover=True))
        if root is not None and root.getroottree().docinfo.internalDTD is not None:
            raise UnreadableFile(
                f"{self._name!r} declares XML entities, which such files never do: save it anew "
                f"in {self._kept.program} and upload it again."
            )
        return root

    def _leave(self, part: str) -> None:
        if part not in self.unread:
            self.unread.append(part)

    def tell_damage(self, builder: DocumentBuilder) -> None:
        """Note the damaged parts. Raises UnreadableFile: nothing was read beside them."""
        if not self.unread:
            return
        if not len(builder):
            raise self.damaged()
        named = ", ".join(self.unread[:NAMED])
        more = len(self.unread) - NAMED
        builder.note(
            f"Damaged, and not or only partly read: {named}"
            + (f" and {more:,} more." if more > 0 else ".")
        )

    def main_part(self) -> str | None:
        """Name of the main part, from the relations of an Office file."""
        return next(iter(self.relations("_rels/.rels", "/officeDocument").values()), None)

    def relations(self, part: str, type_: str) -> dict[str, str]:
        """Targets by id of the relations in a part whose type ends so, as they are written."""
        root = self.xml(part)
        return {
            str(relation.get("Id", "")): str(relation.get("Target", "")).lstrip("/")
            for relation in (() if root is None else root)
            if str(relation.get("Type", "")).endswith(type_)
        }

    def used_by(self, part: str, type_: str) -> dict[str, str]:
        """Names of the parts, by relation id, that a part uses in that way."""
        folder = posixpath.dirname(part)
        return {
            found: target
            if target.startswith(f"{folder.partition('/')[0]}/")
            else posixpath.normpath(posixpath.join(folder, target))
            for found, target in self.relations(relations_of(part), type_).items()
        }


def _parser(*, recover: bool = False) -> Any:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True, recover=recover,
    )  # fmt: skip


def relations_of(part: str) -> str:
    """The part that says what another one uses."""
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


_names: dict[str, str] = {}
NAMES = 10_000  # of elements that are remembered


def local_name(element: Any) -> str:
    """An element's name without its namespace; empty for what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""  # an entity reference
    name = _names.get(tag)
    if name is None:
        if len(_names) >= NAMES:
            _names.clear()
        name = _names[tag] = tag.rpartition("}")[2]
    return name


def child_of(element: Any, name: str) -> Any:
    """The first child of that name, or None."""
    for child in () if element is None else element:
        if local_name(child) == name:
            return child
    return None


def children(element: Any) -> list[Any]:
    """Return the child elements; none for None."""
    return [] if element is None else list(element)


def children_of(element: Any, name: str) -> list[Any]:
    """Return the children of the first child of that name."""
    return children(child_of(element, name))


def attribute(element: Any, name: str) -> str | None:
    """An attribute whatever its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None
