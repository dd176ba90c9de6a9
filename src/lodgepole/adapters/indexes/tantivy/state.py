"""Reads the state of the indexes without opening them, beside a running server."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from lodgepole.adapters.indexes.tantivy.rows import SIDES
from lodgepole.errors import Unavailable
from lodgepole.model import FileVersion
from lodgepole.ports.embedder import EmbedderIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingState:
    """Vectors of one assistant, by embedder."""

    assistant_id: str
    searched: EmbedderIdentity
    aside: EmbedderIdentity | None  # whose vectors are being made
    passages: int
    without_searched: int  # passages of files that are found by words alone
    passages_aside: int
    leftover: bool  # vectors that nobody will search

    def all_of(self, embedder: EmbedderIdentity) -> bool:
        """Return whether the vectors are all of this embedder, and all there."""
        return (
            self.searched == embedder
            and self.aside is None
            and not self.without_searched
            and not self.leftover
        )


def embedding_states(root: Path) -> Iterator[EmbeddingState]:
    """For each assistant that holds a file, by id.

    Raises:
        Unavailable: An `index.db` cannot be read.
    """
    for directory in sorted(root.iterdir() if root.is_dir() else ()):
        if directory.name.startswith(".") or not (directory / "index.db").is_file():
            continue
        try:
            state = _state(directory)
        except sqlite3.DatabaseError as error:
            raise Unavailable(
                f"The index {directory / 'index.db'} cannot be read: {error}."
            ) from error
        if state is not None:
            yield state


def stored_versions(root: Path) -> Iterator[tuple[str, set[FileVersion]]]:
    """The content of each assistant's index, as far as it can be read, by id."""
    for directory in sorted(root.iterdir() if root.is_dir() else ()):
        if directory.name.startswith(".") or not (directory / "index.db").is_file():
            continue
        versions: set[FileVersion] = set()
        try:
            with closing(_read_only(directory)) as connection:
                versions = {
                    FileVersion(file_id, generation)
                    for file_id, generation in connection.execute(
                        "SELECT file_id, generation FROM files"
                    )
                }
        except sqlite3.DatabaseError:
            pass  # whoever opens it will see the damage, and begin anew
        yield directory.name, versions


def _read_only(directory: Path) -> sqlite3.Connection:
    address = f"{(directory / 'index.db').absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=5.0)


def _state(directory: Path) -> EmbeddingState | None:
    with closing(_read_only(directory)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone():
            return None
        connection.execute("BEGIN")  # all of one moment
        noted = dict(connection.execute("SELECT key, value FROM meta"))
        (passages,) = connection.execute("SELECT sum(passages) FROM files").fetchone()
        if passages is None:
            return None
        side = noted.get("side") or SIDES[0]
        other = SIDES[1 - SIDES.index(side)]
        on_side = {
            name: connection.execute(
                f"SELECT coalesce(sum(passages), 0) FROM files JOIN codes{name} USING (number)"  # noqa: S608  our own names
            ).fetchone()[0]
            for name in SIDES
        }
        aside = _identity(noted.get("aside"))
        searched = _identity(noted["embedder"])
        assert searched is not None, "there are files"
        leftover = aside is None and any(
            connection.execute(f"SELECT 1 FROM {table}{other} LIMIT 1").fetchone()  # noqa: S608  our own names
            for table in ("codes", "vectors")
        )
    return EmbeddingState(
        assistant_id=directory.name,
        searched=searched,
        aside=aside,
        passages=passages,
        without_searched=passages - on_side[side],
        passages_aside=on_side[other] if aside else 0,
        leftover=leftover,
    )


def _identity(written: str | None) -> EmbedderIdentity | None:
    if not written:
        return None
    engine, model, dimension = orjson.loads(written)
    return EmbedderIdentity(engine=engine, model=model, dimension=dimension)
