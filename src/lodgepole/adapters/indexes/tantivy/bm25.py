"""A tantivy index of words that were analysed before: BM25, and the sequence it has reached.

The sequence stands in a file of its own, written after each commit. A crash between the two
leaves it behind the index, never ahead of it, and applying a change twice does no harm. (As a
document of the index it would be counted by BM25, deleted ones too.)
"""

import contextlib
import json
import os
import shutil
import threading
import zlib
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

WRITER_HEAP_BYTES = 32_000_000
_APPLIED = "applied.json"
_FOOTER_MAGIC = 1337

# tantivy reports everything, from a missing file to a checksum, as one of these.
FAILURES = (ValueError, OSError, RuntimeError)


class Panicked(RuntimeError):
    """tantivy met what it holds to be impossible, such as a damaged file."""


@contextlib.contextmanager
def _panics_told() -> Generator[None]:
    """A panic as one of FAILURES: as it comes it is no `Exception`, and ends what it passes."""
    try:
        yield
    except BaseException as error:
        # Its class is made by each extension module, and can be imported from none.
        if type(error).__name__ != "PanicException":
            raise
        raise Panicked(f"tantivy panicked: {error}") from error


class Entry(NamedTuple):
    """A document: a passage of a file, or with ordinal 0 the file itself."""

    number: int
    ordinal: int
    texts: tuple[str, ...]  # one for each field, words separated by spaces


class Found(NamedTuple):
    number: int
    ordinal: int
    score: float


class WordIndex:
    """One directory. Searches run beside a writer; only one thread may write at a time."""

    def __init__(self, path: Path, fields: Sequence[str], *, read_only: bool = False) -> None:
        """Open it, made new when it is not there; raises one of FAILURES when it is damaged.

        Where another process writes it, it must be there, and that process has checked it.
        """
        self._path = path
        if read_only:
            (path / "meta.json").stat()
        else:
            path.mkdir(parents=True, exist_ok=True)
            if (path / "meta.json").exists():
                self.check()
        builder = tantivy.SchemaBuilder()
        for name in ("number", "ordinal"):
            builder.add_unsigned_field(name, indexed=name == "number", fast=True)
        for name in fields:
            # No positions: nothing asks for phrases, and they would be half of the index.
            builder.add_text_field(name, tokenizer_name="words", index_option="freq")
        self._fields = tuple(fields)
        self._schema = builder.build()
        with _panics_told():
            self._index = tantivy.Index(self._schema, path=str(path))
            analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            self._index.register_tokenizer("words", analyzer)
            # Readers are told of commits by who commits; the default watches with a thread.
            self._index.config_reader("Manual")
            self._index.reload()
        self._lock = threading.Lock()
        self._writer: tantivy.IndexWriter | None = None
        self.applied = self._read_applied()

    def _read_applied(self) -> int | None:
        """The sequence, or None when it is not known or is that of a later state of the index."""
        try:
            noted = json.loads((self._path / _APPLIED).read_bytes())
            if self._opstamp() < noted["opstamp"]:
                return None
            return int(noted["sequence"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def _write_applied(self, sequence: int) -> None:
        following = self._path / f"{_APPLIED}.new"
        with following.open("w", encoding="ascii") as file:
            json.dump({"sequence": sequence, "opstamp": self._opstamp()}, file)
            file.flush()
            os.fsync(file.fileno())
        following.replace(self._path / _APPLIED)

    def _opstamp(self) -> int:
        """Counts operations; tantivy writes it with each commit, of which merges make none."""
        return int(json.loads((self._path / "meta.json").read_bytes())["opstamp"])

    def reload(self) -> None:
        """Search what another process has committed. Raises one of FAILURES."""
        with _panics_told():
            self._index.reload()

    def check(self) -> None:
        """Compare every file with the checksum that tantivy ends it with; it never does itself.

        Raises:
            OSError: One is not what was written.
        """
        try:
            for segment in self._segments():
                name = segment["segment_id"].replace("-", "")
                deletes = segment["deletes"]
                current = f"{name}.{deletes['opstamp']}.del" if deletes else ""
                for path in self._path.glob(f"{name}.*"):
                    if path.suffix != ".del" or path.name == current:
                        _check_file(path)
        except (LookupError, TypeError, AttributeError) as error:
            raise OSError("meta.json is damaged") from error

    def holds_removed(self) -> bool:
        """Return whether removed documents are still in its files."""
        return any(segment["deletes"] for segment in self._segments())

    def _segments(self) -> list[dict[str, Any]]:
        return json.loads((self._path / "meta.json").read_bytes())["segments"]

    def apply(self, removed: Iterable[int], entries: Iterable[Entry], applied: int) -> None:
        """Remove files, add documents and set the sequence reached, in one commit."""
        with self._lock, _panics_told():
            try:
                writer = self._ready_writer()
                gone = list(removed)
                if gone:
                    # Not by term: a Python int becomes a signed term there, which matches nothing.
                    writer.delete_documents_by_query(self._of_files(gone))
                for number, ordinal, texts in entries:
                    document = tantivy.Document()
                    document.add_unsigned("number", number)
                    document.add_unsigned("ordinal", ordinal)
                    for field, text in zip(self._fields, texts, strict=True):
                        document.add_text(field, text)
                    writer.add_document(document)
                writer.commit()
                self._write_applied(applied)
            except BaseException:
                # A writer that failed once answers every later call with the same failure.
                self._give_back()
                raise
            self._index.reload()
            self.applied = applied

    def _ready_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(WRITER_HEAP_BYTES, 1)
            # What a commit that was cut short left there is in the way of the next.
            self._writer.garbage_collect_files()
        return self._writer

    def rest(self) -> None:
        """Let merges finish and give back the writer's threads; the next change opens another."""
        with self._lock:
            self._give_back()

    def _give_back(self) -> None:
        """End the writer and its lock of the directory now, whoever else holds on to it."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with (
                contextlib.suppress(*FAILURES),
                _panics_told(),
            ):  # what was not merged now is merged later
                writer.wait_merging_threads()

    def search(
        self, field: str, words: Sequence[str], numbers: Collection[int] | None, limit: int
    ) -> list[Found]:
        """The best documents by BM25 (k1 1.2, b .75) over `field`; best first.

        Args:
            field: One of the index's fields.
            words: A word that is there twice counts twice.
            numbers: Files to look in; None means all.
            limit: The most results.
        """
        if not words or (numbers is not None and not numbers):
            return []
        should = [
            (tantivy.Occur.Should, _boosted(self._term(field, word), count))
            for word, count in Counter(words).items()
        ]
        query = tantivy.Query.boolean_query(should)
        if numbers is not None:
            allowed = tantivy.Query.const_score_query(self._of_files(numbers), 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, allowed)]
            )
        with _panics_told():
            searcher = self._index.searcher()
            hits = searcher.search(query, limit, count=False).hits
            addresses = [address for _, address in hits]
            found_numbers = searcher.fast_field_values("number", addresses)
            ordinals = searcher.fast_field_values("ordinal", addresses)
        return [
            Found(int(number or 0), int(ordinal or 0), float(score))
            for (score, _), number, ordinal in zip(hits, found_numbers, ordinals, strict=True)
        ]

    def _of_files(self, numbers: Collection[int]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, "number", list(numbers))

    def _term(self, field: str, word: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, word, "freq")


def _boosted(query: tantivy.Query, count: int) -> tantivy.Query:
    return query if count == 1 else tantivy.Query.boost_query(query, float(count))


def _check_file(path: Path) -> None:
    # The content, its checksum as JSON, that JSON's length, a constant; integers of 4 bytes.
    data = memoryview(path.read_bytes())
    length = int.from_bytes(data[-8:-4], "little")
    whole = len(data) >= 8 + length and int.from_bytes(data[-4:], "little") == _FOOTER_MAGIC
    if whole:
        noted = json.loads(bytes(data[-8 - length : -8]))
        whole = zlib.crc32(data[: -8 - length]) == noted["crc"]
    if not whole:
        raise OSError(f"{path.name} is damaged: it does not have the checksum it was written with")


def discard(path: Path) -> None:
    """Remove a derived index; it will be made again."""
    shutil.rmtree(path, ignore_errors=True)
