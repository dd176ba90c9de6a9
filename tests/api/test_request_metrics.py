"""Requests are counted by route, and the counts are read by whom they are meant for."""

import httpx2
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.api.conftest import KEY, build, opened

from lodgepole.adapters.telemetry.opentelemetry import OpenTelemetryTracer
from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.api.app import create_app
from lodgepole.api.state import Observing
from lodgepole.model import Role

HERE = "http://127.0.0.1:8080"


class Watched:
    def __init__(self, house, readers="loopback", tracer=None):
        self.metrics = PrometheusMetrics()

        async def exposition():
            return self.metrics.exposition(), "text/plain"

        watched = Observing(
            metrics=self.metrics, exposition=exposition, readers=readers, tracer=tracer
        )
        self.app = create_app(house.services, public_url=None, ready=lambda: True, watched=watched)

    async def get(self, path, *, url=HERE, peer="127.0.0.1", key=None, **headers):
        transport = httpx2.ASGITransport(self.app, client=(peer, 1), raise_app_exceptions=False)
        if key:
            headers["Api-Key"] = key
        async with httpx2.AsyncClient(transport=transport, base_url=url) as client:
            return await client.get(path, headers=headers)


@pytest.fixture
async def house():
    return await opened(build())


async def test_requests_are_counted_by_template_and_status_and_never_by_path(house):
    watched = Watched(house)
    await watched.get("/assistant/assistants/secret-name", key=KEY)
    await watched.get("/assistants/secret-name", key="wrong")
    await watched.get("/no/such/secret-path")
    text = (await watched.get("/metrics")).text
    total = 'lodgepole_http_requests_total{method="GET",route="%s",status="%s"} 1.0'
    assert total % ("/assistants/{assistant_name}", "404") in text
    assert total % ("/assistants/{assistant_name}", "401") in text
    assert total % ("other", "404") in text
    assert "secret" not in text
    assert KEY not in text
    assert "lodgepole_http_requests_open 1.0" in text, "this request itself"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"url": "http://localhost:8080"}, 200),
        ({"url": "http://[::1]:8080", "peer": "::1"}, 200),
        ({"peer": "10.0.0.7"}, 401),
        ({"url": "https://lodgepole.example.com"}, 401),
        ({"X-Forwarded-For": "10.0.0.7"}, 401),
        ({"Via": "1.1 proxy"}, 401),
        ({"peer": "10.0.0.7", "key": KEY}, 200),
    ],
)
async def test_without_a_key_only_programs_on_this_machine_read_them(house, asked, status):
    assert (await Watched(house).get("/metrics", **asked)).status_code == status


@pytest.mark.parametrize(("readers", "status"), [("off", 404), ("on", 200)])
async def test_they_are_switched_off_and_opened_by_setting(house, readers, status):
    watched = Watched(house, readers)
    answer = await watched.get("/metrics", peer="10.0.0.7", url="http://far.example")
    assert answer.status_code == status


async def test_a_key_that_may_do_less_does_not_read_them(house):
    secret, _ = await house.services.keys.create("default", name="ci", role=Role.DATA_READ)
    assert (await Watched(house).get("/metrics", peer="10.0.0.7", key=secret)).status_code == 403


async def test_a_request_is_a_span_named_after_its_template(house):
    exporter = InMemorySpanExporter()
    tracer = OpenTelemetryTracer.to(exporter)
    await Watched(house, tracer=tracer).get("/assistant/assistants/secret-name", key=KEY)
    tracer.close()
    [span] = exporter.get_finished_spans()
    assert span.name == "GET /assistants/{assistant_name}"
