"""The page where signing in did not succeed: words, a way back, and nothing that runs."""

import pytest

from lodgepole.api.sign_in_page import TITLES, sign_in_page


@pytest.mark.parametrize("status", [400, 401, *TITLES])
def test_it_says_what_happened_and_leads_back(status):
    page = sign_in_page(status, "The reason.")
    text = bytes(page.body).decode()
    assert page.status_code == status
    assert "The reason." in text
    assert TITLES.get(status, "You are not signed in") in text
    assert 'href="/console"' in text
    assert page.headers["Cache-Control"] == "no-store"


def test_what_others_wrote_is_text():
    text = bytes(sign_in_page(401, "<b>&\"'{title}</b>").body).decode()
    assert "&lt;b&gt;&amp;&quot;&#x27;{title}&lt;/b&gt;" in text
