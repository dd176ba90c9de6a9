"""The application: each route under both prefixes, every failure in one shape."""

import pytest


@pytest.mark.parametrize("prefix", ["/assistant", ""])
async def test_routes_are_served_under_both_prefixes(new, filled, prefix) -> None:
    listed = await new.get(f"{prefix}/files/{filled}")
    assert listed.status_code == 200
    assert len(listed.json()["files"]) == 1


async def test_what_is_our_own_has_one_prefix(new) -> None:
    assert (await new.get("/lodgepole/me")).status_code == 200
    assert (await new.get("/assistant/lodgepole/me")).status_code == 404


@pytest.mark.parametrize("path", ["/nowhere", "/assistant/nowhere", "/files/", "/docs/../x"])
async def test_what_is_not_there_has_the_shape_of_errors(new, path) -> None:
    answer = await new.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


async def test_no_page_of_the_framework_is_served(new) -> None:
    assert (await new.get("/redoc")).status_code == 404
    assert "swagger" not in (await new.get("/docs")).text.lower()


async def test_a_slash_too_many_is_not_redirected(new) -> None:
    assert (await new.get("/assistant/assistants/", follow_redirects=False)).status_code == 404
