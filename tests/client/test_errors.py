"""Failures read back from answers, whoever answered."""

import httpx2
import pytest

from lodgepole.client.errors import failure
from lodgepole.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UpstreamRejected,
)

REQUEST = httpx2.Request("GET", "http://lodgepole.test/assistant/files/docs")


def answer(status: int, body: object = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=body, headers=named, request=REQUEST)


def described(code: str = "X") -> dict[str, object]:
    return {"error": {"code": code, "message": "What happened."}, "status": 400}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, Unauthenticated),
        (403, PermissionDenied),
        (404, NotFound),
        (409, Conflict),
        (413, TooLarge),
        (422, InvalidRequest),
        (418, InvalidRequest),
        (500, Unavailable),
        (502, UpstreamRejected),
        (503, Unavailable),
        (504, DeadlineExceeded),
    ],
)
def test_the_status_says_what_kind_it_is(status: int, kind: type[Exception]) -> None:
    error = failure(answer(status, described()))
    assert type(error) is kind
    assert str(error) == "What happened."


def test_a_name_that_is_taken_is_told_from_other_conflicts() -> None:
    assert type(failure(answer(409, described("ALREADY_EXISTS")))) is AlreadyExists


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", 1.0), (None, 1.0)])
def test_a_limit_says_when_to_come_back(header: str | None, seconds: float) -> None:
    headers = {} if header is None else {"Retry_After": header}
    error = failure(answer(429, described(), **headers))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize("body", [[], "x", 3, None, {}, {"error": {}}, {"error": "no"}])
def test_what_is_not_ours_is_told_by_address_and_status(body: object) -> None:
    assert "http://lodgepole.test/assistant/files/docs answered 503" in str(
        failure(answer(503, body))
    )


def test_a_page_of_a_proxy_is_no_message() -> None:
    page = httpx2.Response(502, text="<html>Bad gateway", request=REQUEST)
    assert "answered 502" in str(failure(page))


def test_the_shape_of_older_versions_is_read_too() -> None:
    assert str(failure(answer(400, {"message": "Older."}))) == "Older."
