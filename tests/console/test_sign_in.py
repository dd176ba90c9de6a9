"""Signing in to the console with an identity provider, in a real browser."""

import asyncio
import json
import threading
from collections.abc import Generator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.console.conftest import KEY, serving
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    TestProvider,
    identity_provider,
)

from lodgepole.adapters.host.system_clock import SystemClock

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.browser]
RULES = [{"value": "admins", "role": "admin"}, {"value": "readers", "role": "reader"}]
WITH = "Sign in with Example account"


@pytest.fixture(scope="module")
def provider() -> Generator[TestProvider]:
    """One in a thread of its own, since the browser's driver keeps this one's loop."""
    found: list[TestProvider] = []
    up, down = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def listen() -> None:
        async with identity_provider(SystemClock()) as listening:
            found.append(listening)
            up.set()
            await down.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(listen()), daemon=True)
    thread.start()
    assert up.wait(20)
    yield found[0]
    loop.call_soon_threadsafe(down.set)
    thread.join(20)
    loop.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, provider: TestProvider) -> Generator[str]:
    settings = {
        "LODGEPOLE_OIDC_ISSUER": provider.issuer,
        "LODGEPOLE_OIDC_CLIENT_ID": CLIENT_ID,
        "LODGEPOLE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "LODGEPOLE_OIDC_NAME": "Example account",
        "LODGEPOLE_OIDC_RULES": json.dumps(RULES),
    }
    with serving(tmp_path_factory.mktemp("home"), settings) as address:
        headers = {"Api-Key": KEY}
        made = httpx2.post(
            f"{address}/assistant/assistants",
            json={"name": "handbook"},
            headers=headers,
            trust_env=False,
        )
        assert made.status_code == 200
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Generator[Page]:
    context = browser.new_context(base_url=url)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_somebody_signs_in_once_for_all_tabs_and_out_of_all(page: Page, provider: TestProvider):
    provider.claims["groups"] = ["readers"]
    page.goto("/console#/assistants/handbook/files")
    page.get_by_role("link", name=WITH).click()
    expect(page.get_by_role("link", name="handbook")).to_be_visible()
    expect(page).to_have_url(
        f"{page.url.partition('/console')[0]}/console#/assistants/handbook/files"
    )
    another = page.context.new_page()
    another.goto("/console")
    expect(another.get_by_role("heading", name="Assistants")).to_be_visible()
    expect(another.get_by_role("link", name="handbook")).to_be_visible()
    assert "lodgepole_session" not in page.evaluate("document.cookie")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name=WITH)).to_be_visible()
    another.get_by_role("link", name="handbook").click()
    expect(another.get_by_text("Your session has ended")).to_be_visible()


def test_an_administrator_changes_things_and_a_stranger_is_told_why_not(
    page: Page, provider: TestProvider
):
    provider.claims["groups"] = ["admins"]
    page.goto("/console")
    page.get_by_role("link", name=WITH).click()
    page.get_by_role("button", name="New assistant").click()
    page.get_by_label("Name").fill("made-by-a-person")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("link", name="made-by-a-person")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    provider.claims["groups"] = ["strangers"]
    page.get_by_role("link", name=WITH).click()
    expect(page.get_by_role("heading", name="You may not come in")).to_be_visible()
    page.get_by_role("link", name="Back to the sign-in page").click()
    expect(page.get_by_label("API key")).to_be_visible()
