import httpx2
import orjson

from lodgepole.client.api_client import Client
from lodgepole.client.sources import SourcesClient


def test_requests_are_as_the_api_takes_them():
    seen: list[tuple[str, str, object]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(request.content) if request.content else None
        seen.append((request.method, request.url.raw_path.decode(), body))
        if request.method == "DELETE":
            return httpx2.Response(200)
        if request.method == "GET" and request.url.path.endswith(("/sources", "/runs")):
            return httpx2.Response(200, json={"sources": [{"id": "s"}], "runs": [{"id": "r"}]})
        return httpx2.Response(200, json={"id": "s"})

    with Client("http://test", "key", transport=httpx2.MockTransport(answer)) as client:
        sources = SourcesClient(client)
        sources.add("docs", "/srv", every_seconds=60, include=None)
        assert list(sources.list("docs")) == [{"id": "s"}]
        assert list(sources.list()) == [{"id": "s"}]
        for call in (sources.get, sources.run, sources.pause, sources.resume):
            assert call("a/b") == {"id": "s"}
        sources.remove("s", with_files=True)
        assert list(sources.runs("s")) == [{"id": "r"}]
    path = "/lodgepole/sources"
    assert seen == [
        ("POST", path, {"assistant": "docs", "url": "/srv", "every_seconds": 60}),
        ("GET", f"{path}?assistant=docs", None),
        ("GET", path, None),
        ("GET", f"{path}/a%2Fb", None),
        ("POST", f"{path}/a%2Fb/run", None),
        ("POST", f"{path}/a%2Fb/pause", None),
        ("POST", f"{path}/a%2Fb/resume", None),
        ("DELETE", f"{path}/s?files=true", None),
        ("GET", f"{path}/s/runs", None),
    ]
