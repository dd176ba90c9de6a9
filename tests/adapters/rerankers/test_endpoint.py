"""The reranker against a server that speaks each wire format, and against servers that do not."""

import asyncio
import socket

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from lodgepole.adapters.rerankers.endpoint import HttpReranker, RerankEndpoint
from lodgepole.errors import DeadlineExceeded, RateLimited, Unavailable, UpstreamRejected

KEY = "rk-secret-of-the-operator"
TEXTS = ["fir", "a pine", "pine by pine", ""]
COUNTS = [0.0, 1.0, 2.0, 0.0]


class Server:
    """Scores count the word `pine`; best first, as servers answer."""

    def __init__(self):
        self.app = FastAPI()
        self.app.post("/v2/rerank")(self.cohere)
        self.app.post("/voyage/rerank")(self.voyage)
        self.app.post("/rerank")(self.tei)
        self.requests = []
        self.keys = []
        self.answer = None

    async def cohere(self, request: Request):
        body = await self._noted(request)
        if self.answer is not None:
            return self.answer
        ranked = self._ranked(body["documents"])[: body["top_n"]]
        results = [{"index": i, "relevance_score": score} for i, score in ranked]
        return {"id": "x", "results": results, "meta": {"billed_units": {"search_units": 1}}}

    async def voyage(self, request: Request):
        body = await self._noted(request)
        ranked = self._ranked(body["documents"])
        return {"object": "list", "data": [{"index": i, "relevance_score": s} for i, s in ranked]}

    async def tei(self, request: Request):
        body = await self._noted(request)
        return [{"index": i, "score": score} for i, score in self._ranked(body["texts"])]

    async def _noted(self, request: Request):
        self.requests.append(await request.json())
        self.keys.append(request.headers.get("authorization"))
        return self.requests[-1]

    @staticmethod
    def _ranked(texts):
        scores = [float(text.count("pine")) for text in texts]
        return sorted(enumerate(scores), key=lambda item: -item[1])


@pytest.fixture
def server():
    return Server()


@pytest.fixture
async def connect(server):
    made = []

    def connect(base_url="http://reranker.test/v2", **settings):
        endpoint = RerankEndpoint(
            base_url=base_url, model="judge", api_key=KEY, **{"timeout_seconds": 5, **settings}
        )
        reranker = HttpReranker(endpoint, transport=httpx2.ASGITransport(server.app))
        made.append(reranker)
        return reranker

    yield connect
    for reranker in made:
        await reranker.close()


async def test_cohere_and_those_that_speak_the_same(server, connect):
    assert list(await connect().rerank("where do pines grow", TEXTS)) == COUNTS
    assert server.requests == [
        {
            "model": "judge",
            "query": "where do pines grow",
            "documents": ["fir", "a pine", "pine by pine", " "],
            "top_n": 4,
        }
    ]
    assert server.keys == [f"Bearer {KEY}"]


async def test_voyage_calls_its_results_data(connect):
    assert list(await connect("http://reranker.test/voyage").rerank("q", TEXTS)) == COUNTS


async def test_text_embeddings_inference(server, connect):
    reranker = connect("http://reranker.test/", wire="tei")
    assert list(await reranker.rerank("q", TEXTS)) == COUNTS
    assert server.requests[0]["truncate"] is True
    assert "model" not in server.requests[0]


async def test_works_over_a_real_connection(server):
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # so that nobody is refused before the server is up
    uvicorn_server = uvicorn.Server(uvicorn.Config(server.app, log_level="error"))
    serving = asyncio.create_task(uvicorn_server.serve([listening]))
    port = listening.getsockname()[1]
    reranker = HttpReranker(RerankEndpoint(base_url=f"http://127.0.0.1:{port}/v2", model="judge"))
    try:
        assert list(await reranker.rerank("q", TEXTS)) == COUNTS
        assert server.keys == [None]
    finally:
        await reranker.close()
        uvicorn_server.should_exit = True
        await serving
        listening.close()


async def test_no_texts_need_no_request(server, connect):
    assert list(await connect().rerank("q", [])) == []
    assert server.requests == []


async def test_long_texts_are_cut_and_of_a_long_query_the_end_is_kept(server, connect):
    await connect(text_chars=10).rerank("x" * 50 + "the end", ["y" * 50])
    assert server.requests[0]["query"] == "xxxthe end"
    assert server.requests[0]["documents"] == ["y" * 10]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, UpstreamRejected),
        (404, UpstreamRejected),
        (422, UpstreamRejected),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_refusals_are_typed_and_never_repeat_what_the_server_says(
    server, connect, status, error
):
    server.answer = JSONResponse({"message": f"bad key {KEY}"}, status)
    with pytest.raises(error, match=str(status)) as caught:
        await connect().rerank("q", TEXTS)
    assert KEY not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"{}",
        b"[]",
        b'{"results": [{"index": 0, "relevance_score": 1}]}',
        b'{"results": [{"index": 9, "relevance_score": 1}]}',
        b'{"results": [{"index": 0, "relevance_score": "high"}]}',
        b'{"results": [{"index": 0}]}',
        b"[1, 2, 3, 4]",
    ],
)
async def test_an_answer_of_another_shape_is_refused(server, connect, body):
    server.answer = Response(body, media_type="application/json")
    with pytest.raises(UpstreamRejected, match="response of the rerank endpoint"):
        await connect().rerank("q", TEXTS)


async def test_a_server_that_is_not_there_or_too_slow_is_told():
    class Silent(httpx2.AsyncBaseTransport):
        def __init__(self, error):
            self.error = error

        async def handle_async_request(self, request):
            raise self.error

    for error, expected in (
        (httpx2.ReadTimeout("slow"), DeadlineExceeded),
        (httpx2.ConnectError("refused"), Unavailable),
    ):
        endpoint = RerankEndpoint(base_url="http://reranker.test/v2", model="judge")
        reranker = HttpReranker(endpoint, transport=Silent(error))
        with pytest.raises(expected):
            await reranker.rerank("q", TEXTS)
        await reranker.close()
