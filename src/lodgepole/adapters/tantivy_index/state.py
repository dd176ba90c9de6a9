"""Whose vectors the indexes hold, read beside a running server and without opening them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from lodgepole.adapters.tantivy_index.truth import SIDES
from lodgepole.errors import Unavailable
from lodgepole.ports import EmbedderIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingState:
    """Of one assistant."""

    assistant_id: str
    searched: EmbedderIdentity
    aside: EmbedderIdentity | None  # whose vectors are being made
    passages: int
    without_searched: int  # passages of files that are found by words alone
    passages_aside: int
    leftover: bool  # vectors that nobody will search

    def all_of(self, embedder: EmbedderIdentity) -> bool:
        """Whether the vectors are all of this embedder, and all there."""
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


def _state(directory: Path) -> EmbeddingState | None:
    address = f"{(directory / 'index.db').absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=5.0)) as connection:
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
