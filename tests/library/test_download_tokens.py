"""Tokens for one file: good for their time, and worth nothing once changed."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.errors import PermissionDenied
from lodgepole.library.download_tokens import DownloadTokens
from lodgepole.limits import Limits

LIFE = timedelta(seconds=60)


def tokens(clock: MemoryClock, secret: bytes = b"secret") -> DownloadTokens:
    return DownloadTokens(secret=secret, clock=clock, limits=Limits(signed_url_seconds=60))


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock()


@pytest.fixture
async def file(house):
    return await house.upload(await house.assistant(), "a.txt", b"text")


async def test_a_token_says_which_file_until_its_time_is_over(clock, file) -> None:
    token = tokens(clock).sign(file)
    clock.advance(LIFE - timedelta(seconds=1))
    link = tokens(clock).verify(token)
    assert (link.assistant_id, link.file_id) == (file.assistant_id, file.id)
    assert link.opens(file)
    later = replace(file, created_at=file.created_at + timedelta(seconds=1))
    assert not link.opens(later), "a deleted file's link opens no later one of its id"
    clock.advance(timedelta(seconds=2))
    with pytest.raises(PermissionDenied, match="has expired"):
        tokens(clock).verify(token)


async def test_a_token_of_another_server_is_refused(clock, file) -> None:
    with pytest.raises(PermissionDenied, match="not valid"):
        tokens(clock).verify(tokens(clock, b"other").sign(file))


async def test_a_token_for_another_file_cannot_be_made_of_it(clock, file) -> None:
    payload, _, signature = tokens(clock).sign(file).partition(".")
    body = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    other = base64.urlsafe_b64encode(body.replace(file.id.encode(), b"other")).rstrip(b"=").decode()
    with pytest.raises(PermissionDenied, match="not valid"):
        tokens(clock).verify(f"{other}.{signature}")


@pytest.mark.parametrize("token", ["", ".", "a", "a.b", "ä.ö", "." * 1000])
async def test_what_is_no_token_is_refused(clock, token) -> None:
    with pytest.raises(PermissionDenied, match="not valid"):
        tokens(clock).verify(token)


async def test_a_token_can_stand_in_an_address(clock, file) -> None:
    assert tokens(clock).sign(file).replace(".", "").replace("-", "").replace("_", "").isalnum()
