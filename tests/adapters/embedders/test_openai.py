"""The embedder against a server that speaks the wire format, and against servers that do not."""

import asyncio
import base64
import socket

import httpx2
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from lodgepole.adapters.embedders.openai import EmbeddingEndpoint, OpenAIEmbedder
from lodgepole.errors import DeadlineExceeded, RateLimited, Unavailable, UpstreamRejected

KEY = "sk-secret-of-the-operator"


class Server:
    """`/v1/embeddings` as OpenAI serves it; answers from `refusals` first."""

    def __init__(self):
        self.app = FastAPI()
        self.app.post("/v1/embeddings")(self.embed)
        self.requests = []
        self.refusals = []
        self.keys = []

    async def embed(self, request: Request):
        body = await request.json()
        await asyncio.sleep(0)  # in one process nothing else lets the other tasks run
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization"))
        if self.refusals:
            status, headers = self.refusals.pop(0)
            error = {"message": f"Incorrect key: {KEY}", "type": "x", "param": None, "code": None}
            return JSONResponse({"error": error}, status, headers)
        rows = [self.vector(text, body.get("dimensions", 8)) for text in body["input"]]
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(row.tobytes()).decode()
                if body.get("encoding_format") == "base64"
                else row.tolist(),
            }
            for index, row in enumerate(rows)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return {"object": "list", "data": data[::-1], "model": body["model"], "usage": usage}

    @staticmethod
    def vector(text, dimension):
        row = np.zeros(dimension, "<f4")
        row[len(text) % dimension] = 3.0  # not of unit length, as some models
        return row

    @property
    def texts(self):
        return [request["input"] for request in self.requests]


@pytest.fixture
def server():
    return Server()


@pytest.fixture
async def connect(server):
    """Connects to the server with an endpoint changed as asked; pauses are noted, not waited."""
    opened = []

    async def open_(*, transport=None, **changes):
        pauses = []

        async def pause(seconds):
            pauses.append(seconds)

        settings = {"base_url": "http://embedder.test/v1", "model": "m", "api_key": KEY, **changes}
        embedder = await OpenAIEmbedder.connect(
            EmbeddingEndpoint(**settings),
            transport=transport or httpx2.ASGITransport(server.app),
            pause=pause,
        )
        server.requests.clear()
        opened.append(embedder)
        return embedder, pauses

    yield open_
    for embedder in opened:
        await embedder.close()


class Canned(httpx2.AsyncBaseTransport):
    """Answers a good first request, then whatever it is told."""

    def __init__(self, answer):
        self.answer = answer
        self.connected = False

    async def handle_async_request(self, request):
        if not self.connected:
            self.connected = True
            return httpx2.Response(200, json={"data": [{"index": 0, "embedding": [1.0, 0.0]}]})
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx2.Response(200, content=self.answer)


async def test_works_over_a_real_connection(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(server.app, log_level="warning", lifespan="off")
        running = uvicorn.Server(config)
        serving = asyncio.create_task(running.serve(sockets=[listener]))
        endpoint = EmbeddingEndpoint(base_url=f"http://127.0.0.1:{port}/v1/", model="m")
        embedder = await OpenAIEmbedder.connect(endpoint)

        vectors = await embedder.embed_passages(["a", "bb"])

        assert vectors.argmax(axis=1).tolist() == [1, 2]
        assert server.keys == [None, None]
        await embedder.close()
        running.should_exit = True
        await serving


@pytest.mark.parametrize("encoding", ["float", "base64"])
async def test_rows_are_in_order_of_the_texts_and_of_unit_length(server, connect, encoding):
    embedder, _ = await connect(encoding=encoding)

    vectors = await embedder.embed_passages(["a", "bb", "ccc"])

    assert vectors.argmax(axis=1).tolist() == [1, 2, 3]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert ("encoding_format" in server.requests[0]) == (encoding == "base64")
    assert set(server.keys) == {f"Bearer {KEY}"}


async def test_the_dimension_is_learned_or_asked_for(server, connect):
    learned, _ = await connect()
    asked, _ = await connect(dimensions=5)
    await asked.embed_query("x")

    assert learned.identity.dimension == 8
    assert asked.identity.dimension == 5
    assert server.requests[-1]["dimensions"] == 5


async def test_queries_and_documents_get_their_prefixes(server, connect):
    embedder, _ = await connect(query_prefix="query: ", document_prefix="passage: ")

    await embedder.embed_query("pine")
    await embedder.embed_passages(["fir"])

    assert server.texts == [["query: pine"], ["passage: fir"]]


async def test_no_request_is_over_the_limits_and_no_text_is_lost(server, connect):
    embedder, _ = await connect(batch_texts=3, batch_chars=20, text_chars=15)
    texts = ["a" * size for size in (1, 1, 1, 1, 12, 12, 40, 0, 3)]

    vectors = await embedder.embed_passages(texts)

    assert all(len(batch) <= 3 for batch in server.texts)
    assert all(sum(map(len, batch)) <= 20 for batch in server.texts)
    assert sorted(len(text) for batch in server.texts for text in batch) == sorted(
        min(len(text), 15) or 1 for text in texts
    )
    assert vectors.argmax(axis=1).tolist() == [(min(len(t), 15) or 1) % 8 for t in texts]


async def test_no_texts_need_no_request(server, connect):
    embedder, _ = await connect()

    assert (await embedder.embed_passages([])).shape == (0, 8)
    assert server.requests == []


async def test_busy_servers_are_asked_again_after_the_pause_they_name(server, connect):
    embedder, pauses = await connect()
    date = {"date": "Mon, 23 Nov 2026 10:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 10:00:07 GMT"}
    server.refusals = [(429, {"retry-after": "3"}), (503, {}), (503, date)]

    await embedder.embed_passages(["pine"])

    assert pauses == [3.0, 1.0, 7.0]


async def test_a_pause_that_is_too_long_is_left_to_the_caller(server, connect):
    embedder, pauses = await connect()
    server.refusals = [(429, {"retry-after": "3600"})]

    with pytest.raises(RateLimited) as refused:
        await embedder.embed_passages(["pine"])

    assert refused.value.retry_after == 3600
    assert pauses == []


async def test_attempts_end_sooner_for_a_query(server, connect):
    embedder, _ = await connect()
    server.refusals = [(500, {})] * 20

    with pytest.raises(Unavailable):
        await embedder.embed_query("pine")
    assert len(server.requests) == 2

    server.requests.clear()
    with pytest.raises(Unavailable):
        await embedder.embed_passages(["pine"])
    assert len(server.requests) == 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_refusal_is_not_repeated_and_does_not_tell_the_key(server, connect, status):
    embedder, pauses = await connect()
    server.refusals = [(status, {})]

    with pytest.raises(UpstreamRejected, match=str(status)) as refused:
        await embedder.embed_query("pine")

    assert pauses == []
    assert KEY not in str(refused.value)
    assert KEY not in repr(EmbeddingEndpoint(base_url="u", model="m", api_key=KEY))


async def test_a_wrong_key_is_known_when_connecting(server, connect):
    server.refusals = [(401, {})]

    with pytest.raises(UpstreamRejected):
        await connect()


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx2.ReadTimeout("slow"), DeadlineExceeded),
        (httpx2.ConnectError("down"), Unavailable),
        (httpx2.RemoteProtocolError("cut"), Unavailable),
    ],
)
async def test_a_silent_server_is_a_typed_error(connect, failure, expected):
    embedder, pauses = await connect(transport=Canned(failure))

    with pytest.raises(expected):
        await embedder.embed_query("pine")
    assert len(pauses) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"data":[]}',
        b'{"data":[{"index":1,"embedding":[1,0]}]}',
        b'{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}',
        b'{"data":[{"index":0,"embedding":[1,0,0]}]}',
        b'{"data":[{"index":0,"embedding":[]}]}',
        b'{"data":[{"index":0,"embedding":[1,null]}]}',
        b'{"data":[{"index":0,"embedding":"not base64"}]}',
        b'{"data":[{"index":0,"embedding":{"a":1}}]}',
        b'{"data":[3]}',
        b'{"data":[{"index":0,"embedding":[1e999,0]}]}',
    ],
)
async def test_an_answer_of_another_shape_is_refused(connect, answer):
    embedder, pauses = await connect(transport=Canned(answer))

    with pytest.raises(UpstreamRejected):
        await embedder.embed_query("pine")
    assert pauses == []


async def test_an_answer_without_indices_or_with_zeros_is_taken(connect):
    embedder, _ = await connect(transport=Canned(b'{"data":[{"embedding":[0,0]}]}'))

    assert np.linalg.norm(await embedder.embed_query("?")) == pytest.approx(1)


async def test_the_first_failure_ends_the_other_requests(server, connect):
    embedder, _ = await connect(batch_texts=1, parallel_requests=2)
    server.refusals = [(400, {})]

    with pytest.raises(UpstreamRejected):
        await embedder.embed_passages(["pine"] * 50)

    assert len(server.requests) < 50


async def test_the_identity_holds_what_passages_are_embedded_by(server, connect):
    plain, _ = await connect()
    asking, _ = await connect(query_prefix="query: ")
    prefixed, _ = await connect(document_prefix="passage: ")

    assert plain.identity == asking.identity
    assert prefixed.identity.model.startswith(f"{plain.identity.model}+")


async def test_with_a_known_dimension_it_starts_while_the_endpoint_is_down(server, connect, caplog):
    server.refusals = [(503, {})] * 2
    embedder, _ = await connect(dimensions=5)

    assert "Starting without the embedding endpoint" in caplog.text
    assert embedder.identity.dimension == 5
    assert (await embedder.embed_passages(["a"])).shape == (1, 5)


async def test_a_refused_key_is_no_reason_to_start(server, connect):
    server.refusals = [(401, {})]
    with pytest.raises(UpstreamRejected):
        await connect(dimensions=5)
