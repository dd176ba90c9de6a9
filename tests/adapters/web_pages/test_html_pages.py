import pytest

from lodgepole.adapters.web_pages import html_pages
from lodgepole.adapters.web_pages.html_pages import LINKS_MOST, main_content, read_page

LONG = "The pump runs at forty two bar and must be checked each week by two people. " * 5


def page(body: str, head: str = "<title> The  pump </title>") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_what_a_page_says_of_itself():
    head = (
        "<title>T</title><base href='/x/'><link rel=Canonical href='https://d.example/c'>"
        "<meta name=ROBOTS content='NoIndex, follow'>"
    )
    found = read_page(page("<a href=a>1</a><a href=' b '>2</a><a href=a>3</a><a>4</a>", head))
    assert (found.title, found.base, found.canonical) == ("T", "/x/", "https://d.example/c")
    assert found.links == ("a", "b")
    assert (found.may_index, found.may_follow) == (False, True)


def test_links_that_are_not_to_be_followed():
    found = read_page(page('<a rel="external NoFollow" href=a>1</a><area href=b>'))
    assert found.links == ("b",)
    nothing = read_page(page("x", "<meta name=robots content=none>"))
    assert (nothing.may_index, nothing.may_follow) == (False, False)


def test_as_many_links_as_a_page_may_have():
    body = "".join(f"<a href='{n}'>x</a>" for n in range(LINKS_MOST + 10))
    assert len(read_page(page(body)).links) == LINKS_MOST


def test_a_title_from_the_heading():
    assert read_page(page("<h1>The <b>pump</b></h1>", "")).title == "The pump"
    assert read_page(b"").title == ""


def test_the_main_part_without_what_surrounds_it():
    made = main_content(
        page(
            f"<header>Banner</header><nav>Menu</nav><main><header><h1>Pump</h1></header>"
            f"<p>{LONG}</p><table><tr><td>42</td></tr></table></main><aside>More</aside>"
            "<footer>Imprint</footer><script>alert(1)</script>"
        )
    )
    assert "<title>The pump</title>" in made
    assert "<h1>Pump</h1>" in made
    assert LONG in made
    assert "<td>42</td>" in made
    for word in ("Banner", "Menu", "More", "Imprint", "alert"):
        assert word not in made


def test_one_article_is_the_page_and_several_are_a_list():
    one = main_content(page(f"<div>Beside</div><article><p>{LONG}</p></article>"))
    assert "Beside" not in one
    several = main_content(page(f"<article>{LONG}</article><article>Second {LONG}</article>"))
    assert "Second" in several


def test_a_main_part_with_next_to_nothing_is_not_taken():
    made = main_content(page(f"<main>Loading</main><div><p>{LONG}</p></div>"))
    assert LONG in made


def test_a_page_without_marks_is_taken_whole():
    made = main_content(page(f"<header>Banner</header><div><p>{LONG}</p></div>"))
    assert LONG in made
    assert "Banner" not in made


def test_a_short_page_loses_nothing():
    assert "Only this" in main_content(page("<header>Only this</header>"))
    assert "x" in main_content(page("<main>x</main>"))


def test_pages_that_are_hardly_pages():
    for html in (b"", b"\0", b"plain", b"<", page("<nav>all is menu</nav>")):
        assert main_content(html).startswith("<!doctype html>")


def test_a_deeply_nested_page():
    made = main_content(page("<div>" * 20_000 + LONG))
    assert made.startswith("<!doctype html>")


def test_titles_are_escaped():
    made = main_content(page("x", "<title>a &lt;script&gt; b</title>"))
    assert "<title>a &lt;script&gt; b</title>" in made


def test_what_lies_within_a_margin_goes_with_it_and_the_rest_stays():
    html = (
        "<body><nav>one<aside>two<nav>three</nav></aside></nav><p>kept<aside>four</aside> too</p>"
        "<footer><nav>five</nav></footer><div><div><nav>six</nav></div>end</div></body>"
    )
    text = main_content(html)
    assert all(word not in text for word in ("one", "two", "three", "four", "five", "six"))
    assert all(word in text for word in ("kept", "too", "end"))


def test_thousands_of_headers_are_not_each_compared_with_the_whole(monkeypatch):
    measured = []
    length = html_pages._length
    monkeypatch.setattr(html_pages, "_length", lambda node: measured.append(1) or length(node))
    main_content("<body>" + "<header>A banner of the site.</header>" * 500 + "x" * 300)
    assert len(measured) < 600


LINKS = "".join(f"<li><a href=/{word}>{word}</a></li>" for word in ("Teams", "Prizes", "Offers"))


@pytest.mark.parametrize(
    "kept",
    [
        "<aside class=note>Caution: hot steam.</aside>",
        "<div role=tabpanel hidden>Caution: hot steam.</div>",
        "<div role=tabpanel aria-hidden=true>Caution: hot steam.</div>",
        "<div class=menu><p>Caution: hot steam.</p><a href=/x>More</a></div>",
        "<section id=cookie-consent>Caution: hot steam.</section>",
    ],
)
def test_notes_tabs_and_words_stay_in_the_main_part(kept):
    made = main_content(page(f"<main><p>{LONG}</p>{kept}</main>"))
    assert "Caution: hot steam." in made


@pytest.mark.parametrize("box", ["<div class='left sidebar'>", "<ul id=mainMenu>", "<aside>"])
def test_what_is_named_like_a_menu_and_is_links_goes(box):
    around = f"{box}{LINKS}</{box[1:].split()[0].rstrip('>')}>"
    made = main_content(page(f"<div class=has-sidebar>{around}<p>{LONG}</p></div>"))
    assert LONG in made
    assert "Prizes" not in made


def test_a_banner_that_asks_for_consent_goes_and_a_page_about_it_stays():
    banner = "<div class=cookie-banner>We value your privacy.</div>"
    made = main_content(page(f"{banner}<div><p>{LONG}</p></div>"))
    assert "privacy" not in made
    about = main_content(page(f"<div class=cookie-notice>{LONG}</div>"))
    assert LONG in about


def test_a_page_that_is_a_list_of_links_keeps_them():
    assert "Prizes" in main_content(page(f"<main><h1>Links</h1><ul class=nav>{LINKS}</ul></main>"))
