"""Signing in to the whole application, with a provider on loopback: cookies, roles, the log."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    identity_provider,
    with_certificates_read_once,
)

from lodgepole.access.api_keys import CACHED_FOR
from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in import SignIn
from lodgepole.access.sign_in_rules import SignInRule
from lodgepole.adapters.identity_providers.openid_connect import Client, OpenIdConnect
from lodgepole.model import Grant, Role

SESSION = "lodgepole_session"
ORIGIN = {"Origin": "http://lodgepole.test"}
START, CALLBACK = "/lodgepole/sign-in", "/lodgepole/sign-in/callback"
RULES = (
    SignInRule(claim="groups", value="admins", role=Role.ALL),
    SignInRule(claim="groups", value="readers", role=Role.DATA_READ),
    SignInRule(
        claim="groups",
        value="team",
        role=Role.DATA_WRITE,
        grant=Grant(assistants=frozenset({"open"}), filter={"team": "all"}),
    ),
)


@pytest.fixture
async def provider(house, monkeypatch):
    """One that the house lets people in by."""
    with_certificates_read_once(monkeypatch)
    async with identity_provider(house.clock) as listening:
        services, records = house.services, house.services.audit._records
        sessions = Sessions(
            records=records,
            clock=house.clock,
            limits=services.limits,
            issuer=listening.issuer,
            rules=RULES,
        )
        client = OpenIdConnect(
            listening.issuer,
            Client(id=CLIENT_ID, secret=CLIENT_SECRET, scopes=("openid",)),
            house.clock,
        )
        sign_in = SignIn(
            client,
            sessions,
            rules=RULES,
            records=records,
            clock=house.clock,
            secret=b"signing",
            name="Example",
        )
        house.services = replace(services, sessions=sessions, sign_in=sign_in)
        yield listening
        await client.close()


@pytest.fixture
async def browser(house, provider):
    async with house.client(None, key=None) as client:
        yield client


async def come_back(browser, provider, to=""):
    """Go to the provider and come back; the answer to that."""
    sent = await browser.get(START, params={"to": to})
    assert sent.status_code == 303, sent.text
    return await browser.get(CALLBACK, params=provider.authorize(sent.headers["Location"]))


async def signed_in(browser, provider, group="readers"):
    provider.claims["groups"] = [group]
    answer = await come_back(browser, provider)
    assert answer.status_code == 303, answer.text


async def entries(new):
    return (await new.get("/lodgepole/audit")).json()["entries"]


async def test_somebody_signs_in_asks_and_signs_out(browser, provider):
    answer = await come_back(browser, provider, "#/assistants/handbook/playground")
    assert answer.headers["Location"] == "/console#/assistants/handbook/playground"
    me = (await browser.get("/lodgepole/me")).json()
    assert (me["name"], me["role"]) == ("jane@example.com", "data_read")
    assert (await browser.get("/assistant/assistants")).json()["assistants"] == []
    left = await browser.post("/lodgepole/sign-out", headers=ORIGIN)
    assert left.status_code == 200
    assert SESSION not in browser.cookies
    assert (await browser.get("/lodgepole/me")).status_code == 401


async def test_a_session_that_was_signed_out_is_of_no_use_to_who_kept_the_cookie(browser, provider):
    await signed_in(browser, provider)
    kept = browser.cookies[SESSION]
    await browser.post("/lodgepole/sign-out", headers=ORIGIN)
    refused = await browser.get("/lodgepole/me", headers={"Cookie": f"{SESSION}={kept}"})
    assert refused.status_code == 401
    assert "Sign in again" in refused.text


async def test_cookies_are_for_this_host_and_no_script(house, browser, provider):
    sent = await browser.get(START)
    attempt = sent.headers["Set-Cookie"]
    assert "HttpOnly" in attempt
    assert "SameSite=lax" in attempt
    assert "Path=/lodgepole/sign-in" in attempt
    assert sent.headers["Cache-Control"] == "no-store"
    answer = provider.authorize(sent.headers["Location"])
    cookies = (await browser.get(CALLBACK, params=answer)).headers.get_list("Set-Cookie")
    session = next(one for one in cookies if one.startswith(f"{SESSION}="))
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(session.split("; "))
    assert "Domain" not in session
    assert "Secure" not in session
    assert any(one.startswith('lodgepole_sign_in="";') for one in cookies)

    house.public_url = "https://lodgepole.test"
    async with house.client(None, key=None) as encrypted:
        sent = await encrypted.get(START)
        assert "Secure" in sent.headers["Set-Cookie"]
        url = sent.headers["Location"]
        assert "redirect_uri=https%3A%2F%2Flodgepole.test%2Flodgepole" in url
        sealed = sent.headers["Set-Cookie"].partition(";")[0]
        answer = await encrypted.get(
            CALLBACK, params=provider.authorize(url), headers={"Cookie": sealed}
        )
    session = answer.headers.get_list("Set-Cookie")[0]
    assert session.startswith(f"__Host-{SESSION}=")
    assert "Secure" in session


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "another"}, "another application"),
        ({"iss": "https://evil.example.com"}, "another provider"),
        ({"nonce": "another"}, "another attempt"),
        ({"exp": 1}, "expired"),
    ],
)
async def test_a_token_that_is_not_good_lets_nobody_in(browser, provider, new, changes, why):
    provider.changes = changes
    answer = await come_back(browser, provider)
    assert answer.status_code == 401
    assert why in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    assert SESSION not in browser.cookies
    entry = (await entries(new))[0]
    assert (entry["action"], entry["status"], entry["key_id"]) == ("finish_sign_in", 401, None)


async def test_an_answer_is_used_once_even_with_the_cookie_of_its_attempt(browser, provider):
    sent = await browser.get(START)
    sealed = sent.headers["Set-Cookie"].partition(";")[0]
    answer = provider.authorize(sent.headers["Location"])
    assert (await browser.get(CALLBACK, params=answer)).status_code == 303
    again = await browser.get(CALLBACK, params=answer)
    assert again.status_code == 401
    assert "has finished already" in again.text
    replayed = await browser.get(CALLBACK, params=answer, headers={"Cookie": sealed})
    assert replayed.status_code == 401
    assert "used already" in replayed.text


async def test_an_answer_for_another_browser_is_refused(house, browser, provider):
    async with house.client(None, key=None) as attacker:
        theirs = provider.authorize((await attacker.get(START)).headers["Location"])
    await browser.get(START)
    refused = await browser.get(CALLBACK, params=theirs)
    assert refused.status_code == 401
    assert SESSION not in browser.cookies


async def test_whom_no_rule_fits_is_told_so_and_written_down(browser, provider, new):
    provider.claims["groups"] = ["strangers"]
    answer = await come_back(browser, provider)
    assert answer.status_code == 403
    assert "no rule of this server lets them in" in answer.text
    entry = (await entries(new))[0]
    assert (entry["action"], entry["status"]) == ("finish_sign_in", 403)


@pytest.mark.parametrize(
    "to",
    [
        *("https://evil.example.com", "//evil.example.com", "/\\evil", "@evil.example.com"),
        *(".evil.example.com", "#/\r\nSet-Cookie: a=b", "#//evil.example.com\n", "#" + "/a" * 600),
    ],
)
async def test_nobody_is_sent_elsewhere_after_sign_in(browser, provider, to):
    refused = await browser.get(START, params={"to": to})
    assert refused.status_code == 400
    assert "Location" not in refused.headers


async def test_a_provider_that_is_down_is_told_on_a_page(browser, provider):
    provider.status = 503
    answer = await browser.get(START)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert "/console" in answer.text
    assert (await browser.get("/lodgepole/sign-in/options")).json()["provider"] == "Example"


async def test_a_page_of_words_runs_nothing(browser, provider):
    sent = await browser.get(START)
    state = provider.authorize(sent.headers["Location"])["state"]
    said = {"state": state, "error": "x", "error_description": "<script>alert(1)</script>"}
    page = await browser.get(CALLBACK, params=said)
    assert page.status_code == 403
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_it_ends_by_time(house, browser, provider):
    await signed_in(browser, provider)
    house.clock.advance(timedelta(seconds=house.services.limits.session_idle_seconds))
    assert (await browser.get("/lodgepole/me")).status_code == 401


async def test_an_administrator_sees_and_ends_sessions(house, browser, provider, new):
    await signed_in(browser, provider)
    person = (await browser.get("/lodgepole/me")).json()["id"]
    assert (await browser.get("/lodgepole/sessions")).status_code == 403
    async with house.client(None) as admin:
        (session,) = (await admin.get("/lodgepole/sessions")).json()["sessions"]
        assert (session["name"], session["person_id"]) == ("jane@example.com", person)
        assert browser.cookies[SESSION] not in str(session)
        assert (await admin.delete(f"/lodgepole/sessions/{session['id']}")).status_code == 200
        assert (await admin.delete(f"/lodgepole/sessions/{session['id']}")).status_code == 404
        assert (await admin.get("/lodgepole/sessions")).json() == {"sessions": []}
    house.clock.advance(CACHED_FOR)
    assert (await browser.get("/lodgepole/me")).status_code == 401


async def test_the_log_says_who_came_in_went_and_was_sent_out(house, browser, provider, new):
    await signed_in(browser, provider, "admins")
    person = (await browser.get("/lodgepole/me")).json()
    await browser.post("/assistant/assistants", json={"name": "a"}, headers=ORIGIN)
    await browser.post("/lodgepole/sign-out", headers=ORIGIN)
    written = (await entries(new))[:3]
    assert [one["action"] for one in written] == ["sign_out", "create_assistant", "finish_sign_in"]
    assert {one["key_name"] for one in written} == {"jane@example.com"}
    assert {one["key_id"] for one in written} == {person["id"]}
    assert SESSION not in str(written)


# --- requests that other sites make browsers send -------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://lodgepole.test"}, 200),
        ({"Origin": "HTTP://Lodgepole.test"}, 200),
        ({"Lodgepole-Console": "1"}, 200),
        ({}, 403),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "https://evil.example.com", "Lodgepole-Console": "1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://lodgepole.test.evil.example.com"}, 403),
        ({"Origin": "https://lodgepole.test"}, 403),
        ({"Referer": "http://lodgepole.test/console"}, 403),
        ({"X-Forwarded-Host": "evil.example.com", "Origin": "http://lodgepole.test"}, 403),
    ],
)
async def test_what_changes_something_comes_from_our_own_page(browser, provider, headers, status):
    await signed_in(browser, provider, "admins")
    answer = await browser.post("/assistant/assistants", json={"name": "a"}, headers=headers)
    assert answer.status_code == status
    assert (await browser.get("/assistant/assistants")).status_code == 200


async def test_behind_a_proxy_the_public_address_counts(house, provider):
    house.public_url = "https://docs.example.com"
    async with house.client(None, key=None) as browser:
        secret, _ = await house.services.sessions.begin(_person("admins"))
        for origin, status in (("https://docs.example.com", 200), ("http://lodgepole.test", 403)):
            answer = await browser.post(
                "/assistant/assistants",
                json={"name": "a"},
                headers={"Origin": origin, "Cookie": f"__Host-{SESSION}={secret}"},
            )
            assert answer.status_code == status


async def test_a_key_beside_a_session_is_whose_request_it_is(house, browser, provider):
    await signed_in(browser, provider)
    key = await house.key(Role.ALL)
    me = await browser.get("/lodgepole/me", headers={"Api-Key": key})
    assert me.json()["role"] == "all"
    made = await browser.post("/assistant/assistants", json={"name": "a"}, headers={"Api-Key": key})
    assert made.status_code == 200
    assert (await browser.get("/lodgepole/me", headers={"Api-Key": "x"})).status_code == 401
    refused = await browser.post("/lodgepole/sign-out", headers={"Api-Key": key})
    assert refused.status_code == 409


async def test_a_cookie_is_no_bearer_token(browser, provider):
    await signed_in(browser, provider)
    secret = browser.cookies[SESSION]
    browser.cookies.clear()
    for headers in ({"Api-Key": secret}, {"Authorization": f"Bearer {secret}"}):
        assert (await browser.get("/lodgepole/me", headers=headers)).status_code == 401


# --- what somebody sees ---------------------------------------------------------------------------


def _person(group):
    from lodgepole.access.sign_in_rules import Person

    return Person(id="user_x", name="x", claims={"groups": (group,)})


async def test_a_grant_of_a_rule_holds_as_that_of_a_key(house, browser, provider, new):
    for name in ("open", "closed"):
        await new.post("/assistant/assistants", json={"name": name})
    for name, team in (("public.txt", "all"), ("private.txt", "board")):
        form = {
            "file": (name, b"The canteen opens at noon."),
            "metadata": (None, f'{{"team": "{team}"}}'),
        }
        assert (await new.post("/assistant/files/open", files=form)).status_code == 202
    await house.work()
    await signed_in(browser, provider, "team")
    listed = (await browser.get("/assistant/assistants")).json()["assistants"]
    assert [one["name"] for one in listed] == ["open"]
    counted = (await browser.get("/lodgepole/assistants")).json()["assistants"]
    assert [(one["name"], one["files"]["available"]) for one in counted] == [("open", 1)]
    assert (await browser.get("/lodgepole/assistants/open")).status_code == 200
    assert (await browser.get("/lodgepole/assistants/closed")).status_code == 404
    files = (await browser.get("/assistant/files/open")).json()["files"]
    assert [one["name"] for one in files] == ["public.txt"]
    assert (await browser.get("/assistant/files/closed")).status_code == 404
    asked = await browser.post(
        "/assistant/chat/open/context", json={"query": "canteen"}, headers=ORIGIN
    )
    assert "private.txt" not in asked.text
    assert (await browser.get("/lodgepole/usage")).status_code == 403


async def test_conversations_are_a_persons_in_every_browser(house, browser, provider, new):
    await new.post("/assistant/assistants", json={"name": "a"})
    await signed_in(browser, provider)
    made = await browser.post("/lodgepole/conversations", json={"assistant": "a"}, headers=ORIGIN)
    assert made.status_code == 200, made.text
    async with house.client(None, key=None) as another:
        await signed_in(another, provider)
        found = (await another.get("/lodgepole/conversations")).json()["conversations"]
        assert [one["id"] for one in found] == [made.json()["id"]]
        provider.claims["sub"] = "somebody else"
        await signed_in(another, provider)
        assert (await another.get("/lodgepole/conversations")).json()["conversations"] == []


async def test_a_person_is_forgotten_with_sessions_and_conversations(house, browser, provider, new):
    await new.post("/assistant/assistants", json={"name": "a"})
    await signed_in(browser, provider)
    await browser.post("/lodgepole/conversations", json={"assistant": "a"}, headers=ORIGIN)
    person = (await browser.get("/lodgepole/me")).json()["id"]
    path = f"/lodgepole/people/{person}"
    assert (await browser.delete(path, headers=ORIGIN)).status_code == 403
    async with house.client(None) as admin:
        own = (await admin.get("/lodgepole/me")).json()["id"]
        assert (await admin.delete(f"/lodgepole/people/{own}")).status_code == 404
        assert (await admin.delete(path)).status_code == 200
    house.clock.advance(CACHED_FOR)
    assert (await browser.get("/lodgepole/me")).status_code == 401
    await signed_in(browser, provider)
    assert (await browser.get("/lodgepole/me")).json()["id"] == person
    assert (await browser.get("/lodgepole/conversations")).json()["conversations"] == []
    assert "forget_person" in [one["action"] for one in await entries(new)]


async def test_without_a_provider_nobody_signs_in_but_by_key(new):
    assert (await new.get("/lodgepole/sign-in/options")).json() == {"provider": None, "url": None}
    for path in (START, CALLBACK):
        answer = await new.get(path)
        assert answer.status_code == 404
        assert "API key" in answer.text


async def test_the_browser_is_sent_to_the_provider_that_was_set(browser, provider):
    sent = await browser.get(START)
    assert urlsplit(sent.headers["Location"]).netloc == urlsplit(provider.issuer).netloc
