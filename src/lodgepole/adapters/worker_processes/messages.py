"""Messages between the server and the processes that prepare files for it.

A process says HELLO once.
The server sends JOB, followed by STORED where an earlier attempt kept the document. The process
answers PROGRESS, FIGURE, DOCUMENT, PASSAGES and VECTORS as they come, then one of DONE,
UNREADABLE, UNAVAILABLE and GIVEN_BACK. While it works, ALIVE comes every few seconds. Whoever has
had enough closes the connection.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from lodgepole.adapters import passage_rows
from lodgepole.adapters.framing import Frame
from lodgepole.model import FileKind, FileVersion
from lodgepole.ports.embedder import EmbedderIdentity
from lodgepole.ports.file_processor import ProcessedFile, ProcessingJob
from lodgepole.ports.index import IndexedFile, IndexedPassage

HELLO = b"H"
JOB = b"J"
STORED = b"K"
PROGRESS = b"P"
FIGURE = b"F"
DOCUMENT = b"D"
PASSAGES = b"S"
VECTORS = b"V"
DONE = b"E"
UNREADABLE = b"U"
UNAVAILABLE = b"X"
GIVEN_BACK = b"G"
ALIVE = b"A"

ALIVE_SECONDS = 5.0


def job_bytes(work: ProcessingJob) -> bytes:
    return orjson.dumps(
        {
            "path": str(work.path),
            "file_id": work.version.file_id,
            "generation": work.version.generation,
            "name": work.name,
            "kind": work.kind.value,
            "multimodal": work.multimodal,
            "owner": work.owner,
            "stored": work.document is not None,
            "embedder": None if work.embedder is None else asdict(work.embedder),
        }
    )


def is_stored(job: bytes) -> bool:
    """Return whether a STORED frame follows the job."""
    return orjson.loads(job)["stored"]


def read_job(payload: bytes, document: bytes | None) -> ProcessingJob:
    raw: dict[str, Any] = orjson.loads(payload)
    return ProcessingJob(
        path=Path(raw["path"]),
        version=FileVersion(raw["file_id"], raw["generation"]),
        name=raw["name"],
        kind=FileKind(raw["kind"]),
        multimodal=raw["multimodal"],
        owner=raw["owner"],
        document=document,
        embedder=None if raw["embedder"] is None else EmbedderIdentity(**raw["embedder"]),
    )


def result_frames(processed: ProcessedFile) -> Iterator[Frame]:
    """A result in parts, DONE last."""
    file = processed.file
    passages = [entry.passage for entry in file.passages]
    parts = passage_rows.written(passages, [entry.words for entry in file.passages])
    for number, rows in enumerate(parts):
        start = number * passage_rows.PASSAGES_PER_FRAME
        part = slice(start, start + passage_rows.PASSAGES_PER_FRAME)
        yield PASSAGES, rows
        yield VECTORS, np.ascontiguousarray(file.vectors[part], np.float32).tobytes()
    yield (
        DONE,
        orjson.dumps(
            {
                "language": file.language,
                "lead_words": file.lead_words,
                "embedder": asdict(file.embedder),
                "notice": processed.notice,
                "page_count": processed.page_count,
                "ingestion_units": processed.ingestion_units,
            }
        ),
    )


def read_passages(payload: bytes) -> list[IndexedPassage]:
    return [
        IndexedPassage(passage=passage, words=words)
        for passage, words in passage_rows.read(payload)
    ]


def read_result(
    payload: bytes, version: FileVersion, passages: list[IndexedPassage], vectors: bytes
) -> ProcessedFile:
    raw: dict[str, Any] = orjson.loads(payload)
    embedder = EmbedderIdentity(**raw["embedder"])
    return ProcessedFile(
        file=IndexedFile(
            version=version,
            language=raw["language"],
            lead_words=raw["lead_words"],
            passages=passages,
            vectors=np.frombuffer(vectors, np.float32).reshape(-1, embedder.dimension),
            embedder=embedder,
        ),
        notice=raw["notice"],
        page_count=raw["page_count"],
        ingestion_units=raw["ingestion_units"],
    )
