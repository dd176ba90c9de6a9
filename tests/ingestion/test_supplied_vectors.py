"""Vectors that come along with a file save its embedding, and nothing else depends on them."""

import base64
import json

import numpy as np
import pytest
from tests.ingestion.test_pipeline import CountingEmbedder, text

from lodgepole.ingestion.supplied_vectors import digest, read_given
from lodgepole.library.blob_keys import given_key
from lodgepole.library.passage_exports import read_passages
from lodgepole.library.supplied_passages import MOST_BYTES
from lodgepole.ports.embedder import EmbedderIdentity

IDENTITY = EmbedderIdentity(engine="e", model="m", dimension=2)
CONTENT = text(12)


def line(value) -> bytes:
    return json.dumps(value).encode() + b"\n"


def encoded(*numbers: float) -> str:
    return base64.b64encode(np.array(numbers, "<f2").tobytes()).decode()


def named(engine="e", dimension=2) -> bytes:
    return line({"embedder": {"engine": engine, "model": "m", "dimension": dimension}})


def test_vectors_are_found_by_the_digest_of_their_text():
    lines = named() + line({"text": "a", "vector": encoded(0, 1)})
    (found,) = read_given(lines, IDENTITY).items()
    assert found[0] == digest("a")
    assert found[1].tolist() == [0.0, 1.0]


def test_those_of_another_embedder_are_passed_over():
    lines = named("other") + line({"text": "a", "vector": encoded(0, 1)})
    assert read_given(lines, IDENTITY) == {}
    assert read_given(b"", IDENTITY) == {}


@pytest.mark.parametrize(
    "lines",
    [
        b"x\n",
        b"[]\n",
        named() + b"{}\n",
        named() + b"3\n",
        named() + line({"text": 3, "vector": encoded(0, 1)}),
        named() + line({"text": "a", "vector": "?"}),
        named() + line({"text": "a", "vector": encoded(0, 1, 0)}),
        named() + line({"text": "a", "vector": encoded(0, 0)}),
        named() + line({"text": "a", "vector": encoded(float("nan"), 0)}),
    ],
)
def test_what_cannot_be_vectors_is_refused(lines: bytes):
    with pytest.raises(ValueError, match=r"."):
        read_given(lines, IDENTITY)


async def taken_along(house, assistant, file, *, turned=1.0) -> bytes:
    """The file's passages as lines, each vector multiplied by `turned`."""
    part = await read_passages(house.index, file, first=0)
    assert part.embedder is not None
    assert not part.more
    identity = part.embedder
    head = {"engine": identity.engine, "model": identity.model, "dimension": identity.dimension}
    lines = line({"embedder": head})
    for passage, vector in zip(part.passages, part.vectors, strict=True):
        lines += line({"text": passage.text, "vector": encoded(*(vector * turned).tolist())})
    return lines


async def chunks(data: bytes):
    yield data


async def test_a_file_whose_vectors_come_along_is_not_embedded(make_house):
    embedder = CountingEmbedder()
    house = make_house(embedder=embedder)
    assistant = await house.assistant()
    first = await house.ingested(assistant, "a.txt", CONTENT)
    lines = await taken_along(house, assistant, first, turned=-1.0)
    embedded = embedder.texts
    await house.files.give_passages(assistant, "again", chunks(lines))
    await house.upsert(assistant, "again", "a.txt", CONTENT)
    await house.worker().drain()
    assert embedder.texts == embedded
    second = await house.files.get(assistant, "again")
    before = await house.index.vectors(assistant.id, first.version, first=0, count=99)
    after = await house.index.vectors(assistant.id, second.version, first=0, count=99)
    assert len(after) == len(before) > 1
    assert np.array_equal(after, -before), "the vectors are those that came along"
    keys = [key async for key in house.blobs.keys(f"{assistant.id}/again/0/")]
    assert keys == []


async def test_only_what_has_changed_is_embedded(make_house):
    embedder = CountingEmbedder()
    house = make_house(embedder=embedder)
    assistant = await house.assistant()
    first = await house.ingested(assistant, "a.txt", CONTENT)
    lines = await taken_along(house, assistant, first)
    embedded = embedder.texts
    await house.files.give_passages(assistant, "more", chunks(lines))
    await house.upsert(assistant, "more", "a.txt", CONTENT + b"\n\nA new last paragraph.")
    await house.worker().drain()
    assert 0 < embedder.texts - embedded < embedded


@pytest.mark.parametrize("lines", [b"nonsense", named("other")])
async def test_useless_lines_cost_nothing_but_the_embedding(make_house, lines: bytes):
    embedder = CountingEmbedder()
    house = make_house(embedder=embedder)
    assistant = await house.assistant()
    await house.files.give_passages(assistant, "f", chunks(lines))
    await house.upsert(assistant, "f", "a.txt", CONTENT)
    await house.worker().drain()
    assert (await house.files.get(assistant, "f")).status == "Available"
    assert embedder.texts > 0


async def test_what_is_never_used_is_swept(house):
    assistant = await house.assistant()
    await house.files.give_passages(assistant, "f", chunks(named()))
    assert await house.blobs.get(given_key(assistant.id, "f")) == named()
    await house.swept()
    assert [key async for key in house.blobs.keys(f"{assistant.id}/")] == []


def test_the_limit_is_one_that_can_be_held_in_memory():
    assert MOST_BYTES <= 128 * 1024 * 1024
