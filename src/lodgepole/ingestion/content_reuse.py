"""Reuses what was made of a file's bytes when they come again under another name.

Names are indexed, so that such a file is cut and indexed anew. It is neither read nor embedded.
"""

import base64
from collections.abc import AsyncIterator

import numpy as np
import orjson

from lodgepole.documents.stored_documents import find_given
from lodgepole.library.blob_keys import given_key, original_key, version_prefix
from lodgepole.library.passage_exports import PASSAGES, read_passages
from lodgepole.model import File, FileStatus, FileVersion, Upload
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.index import Index

PASSAGES_MOST = 50_000
"""Whose vectors are taken over; they are held in memory when they are used."""


def is_renamed(file: File, upload: Upload) -> bool:
    """Whether `upload` is what the file holds, under another name."""
    known = file.upload
    same = (known.sha256, known.kind, known.multimodal) == (
        upload.sha256,
        upload.kind,
        upload.multimodal,
    )
    return file.status is FileStatus.AVAILABLE and same and known.name != upload.name


async def take_over(blobs: Blobs, index: Index, file: File, version: FileVersion) -> None:
    """Put the file's document, and its vectors, where the content of `version` is made from them.

    Running it again is no error. Vectors that a client brought along are left as they are.
    """
    old = version_prefix(file.assistant_id, file.version)
    new = version_prefix(file.assistant_id, version)
    original = original_key(file.assistant_id, file.version)
    for key in [key async for key in blobs.keys(old)]:
        if key != original:
            await blobs.put(new + key.removeprefix(old), blobs.stream(key))
    if await find_given(blobs, file.assistant_id, file.id) is None:
        await blobs.put(given_key(file.assistant_id, file.id), _lines(index, file))


async def _lines(index: Index, file: File) -> AsyncIterator[bytes]:
    """As a client brings them along; see `supplied_vectors`."""
    for first in range(0, PASSAGES_MOST, PASSAGES):
        part = await read_passages(index, file, first=first)
        if part.embedder is None or len(part.vectors) != len(part.passages):
            return
        if first == 0:
            named = part.embedder
            yield _line(
                {
                    "embedder": {
                        "engine": named.engine,
                        "model": named.model,
                        "dimension": named.dimension,
                    }
                }
            )
        for passage, vector in zip(part.passages, part.vectors, strict=True):
            data = np.asarray(vector, "<f2").tobytes()
            encoded = base64.b64encode(data).decode()
            yield _line({"text": passage.text, "vector": encoded})
        if not part.more:
            return


def _line(value: object) -> bytes:
    return orjson.dumps(value) + b"\n"
