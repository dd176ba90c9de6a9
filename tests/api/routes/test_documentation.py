"""Our OpenAPI documents: one a version, one of our own, made once."""

import pytest

from lodgepole.api.openapi.document import DATES, UNCHANGED_SINCE


async def test_the_newest_is_the_one_without_a_date(new) -> None:
    newest = await new.get("/openapi.json")
    dated = await new.get(f"/openapi/{DATES[-1]}.json")
    assert dated.content == newest.content
    assert newest.headers["content-type"] == "application/json"


@pytest.mark.parametrize("date", UNCHANGED_SINCE)
async def test_a_version_that_changed_nothing_has_a_document_of_its_own_date(new, date) -> None:
    later = await new.get(f"/openapi/{date}.json")
    last = (await new.get("/openapi.json")).json()
    assert later.json()["info"]["version"] == date
    assert f"X-Pinecone-Api-Version: {date}" in later.json()["info"]["description"]
    assert later.text.replace(date, DATES[-1]) == (await new.get("/openapi.json")).text
    assert later.json()["paths"].keys() == last["paths"].keys()


@pytest.mark.parametrize("date", [*DATES, "lodgepole"])
async def test_each_version_has_its_own(new, date) -> None:
    body = (await new.get(f"/openapi/{date}.json")).json()
    assert body["openapi"].startswith("3.")
    assert body["paths"]


async def test_the_models_are_those_that_answer(new, house) -> None:
    body = (await new.get("/openapi.json")).json()
    named = body["components"]["schemas"]["ChatRequest"]["properties"]["model"]["enum"]
    assert set(house.services.models.names) <= set(named)


@pytest.mark.parametrize("date", ["2024-01", "x", "..%2f..%2fetc", "9" * 300])
async def test_another_date_is_refused_with_those_there_are(new, date) -> None:
    answer = await new.get(f"/openapi/{date}.json")
    assert answer.status_code == 404
    if "%2f" not in date:
        assert DATES[0] in answer.json()["error"]["message"]
        assert len(answer.text) < 600


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/docs", "text/html"),
        ("/docs/viewer.js", "text/javascript"),
        ("/docs/viewer.css", "text/css"),
    ],
)
async def test_the_page_may_load_nothing_from_elsewhere(new, path, type_) -> None:
    answer = await new.get(path)
    assert answer.headers["content-type"].startswith(type_)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
