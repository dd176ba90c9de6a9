"""HTML: what a reader sees of a page, in order."""

from pathlib import Path

import pytest
from tests.support.parsing import read, shown

from lodgepole.adapters.parsers.html.parser import parse
from lodgepole.errors import UnreadableFile
from lodgepole.model import BlockKind

K = BlockKind


def test_a_page_is_what_a_reader_sees(path: Path) -> None:
    document = read(
        parse,
        path,
        """<!doctype html><html><head><title>The  Harbour</title><style>p {}</style></head><body>
        <nav><a href="/">Home</a> <a href="/x">Fees</a></nav>
        <h1>Harbour <em>rules</em></h1><p>One &amp; two,<br>three <b>bo</b>ld.</p>
        loose text <div>in a box<p>and a paragraph</p>after it</div>
        <ul><li>first</li><li>second <ul><li>inner</li></ul></li></ul>
        <pre>  code
    kept</pre><script>bad()</script><p hidden>ignore</p><p style="display: none">ignore</p>
        <table><tr><th>Ship</th><th>Fee</th></tr><tr><td>Ada</td><td>5 <i>EUR</i></td></tr></table>
        <img src=x alt="A lighthouse"></body></html>""",
    )

    assert document.title == "The Harbour"
    assert shown(document) == [
        (K.RUNNING, "Home Fees"),
        (K.HEADING, "Harbour rules"),
        (K.PARAGRAPH, "One & two,\nthree bold."),
        (K.PARAGRAPH, "loose text"),
        (K.PARAGRAPH, "in a box"),
        (K.PARAGRAPH, "and a paragraph"),
        (K.PARAGRAPH, "after it"),
        (K.LIST_ITEM, "first"),
        (K.LIST_ITEM, "second"),
        (K.LIST_ITEM, "inner"),
        (K.CODE, "code\n    kept"),
        (K.TABLE, "Ship | Fee\nAda | 5 EUR"),
        (K.PARAGRAPH, "A lighthouse"),
    ]


def test_a_table_of_data_keeps_its_rows_whatever_stands_in_its_cells(path: Path) -> None:
    document = read(
        parse,
        path,
        "<table><caption>Prices</caption><tr><th>Item</th><th>Sold in</th></tr>"
        "<tr><td>Pen</td><td><ul><li>Oslo</li><li>Bergen</li></ul></td></tr></table>",
    )
    assert document.text == "Prices\n\nItem | Sold in\nPen | Oslo Bergen"
    assert [block.kind for block in document.blocks] == [BlockKind.CAPTION, BlockKind.TABLE]


def test_a_cell_of_a_page_is_read_in_each_row_that_it_spans(path: Path) -> None:
    document = read(
        parse,
        path,
        "<table><thead><tr><th rowspan=2>Region<th rowspan=99>Town<th colspan=2>Fee</tr>"
        "<tr><th>Summer<th>Winter</tr></thead>"
        "<tr><td rowspan=3>North<td>Bodø<td>5<td>6</tr><tr><td>Alta<td colspan=2>closed</tr>"
        "<tr><td>Vardø<td>7<td>8</tr><tr><td rowspan=0>South<td>Oslo<td>9<td>9</tr>"
        "<tr><td>Skien<td>1<td>1</tr></table>",
    )
    assert document.text.split("\n") == [
        "Region | Town | Fee | Fee",
        "Region | Town | Summer | Winter",
        "North | Bodø | 5 | 6",
        "North | Alta | closed | closed",
        "North | Vardø | 7 | 8",
        "South | Oslo | 9 | 9",
        "South | Skien | 1 | 1",
    ]


@pytest.mark.slow
def test_spans_of_any_size_do_not_grow_a_page(path: Path) -> None:
    row = "<tr>" + "<td rowspan=65534 colspan=1000>x" * 30 + "<td rowspan=-1 colspan=x>y</tr>"

    document = read(parse, path, f"<table>{row * 1000}</table>")

    assert len(document.text) < 2_000_000


def test_items_have_the_numbers_that_a_browser_shows(path: Path) -> None:
    page = (
        "<ol start=3><li>three<ul><li>dot</ul><li><p>four</p><li value=9>ni&shy;ne</ol>"
        "<ol type=A><li>a<li></li></ol><p>after<ol style='list-style: none'><li>plain</ol>"
    )

    document = read(parse, path, page)

    assert document.text.split() == (
        ["3.", "three", "dot", "4.", "four", "9.", "nine", "A.", "a", "after", "plain"]
    )


def test_a_table_that_lays_out_a_page_is_read_through(path: Path) -> None:
    document = read(
        parse, path, "<table><tr><td><h2>Menu</h2></td><td><p>Text</p></td></tr></table>"
    )

    assert shown(document) == [(K.HEADING, "Menu"), (K.PARAGRAPH, "Text")]


def test_a_page_says_its_encoding(path: Path) -> None:
    document = read(parse, path, '<meta charset="iso-8859-1"><p>Grüße'.encode("latin-1"))

    assert document.text == "Grüße"


def test_deep_nesting_is_read_up_to_a_limit(path: Path) -> None:
    document = read(parse, path, "<div>" * 900 + "deep" + "</div>" * 900 + "<p>x" * 5000)

    assert document.text.startswith("deep")
    with pytest.raises(UnreadableFile, match="nests its elements more than 1,000 deep"):
        read(parse, path, "<div>" * 100_000)


@pytest.mark.parametrize("data", ["", "<html><body><script>1</script></body></html>"])
def test_a_page_that_shows_nothing_is_refused(path: Path, data: str) -> None:
    with pytest.raises(UnreadableFile, match="holds no text"):
        read(parse, path, data)


def test_raised_text_and_formulas_never_touch_a_number(path: Path) -> None:
    document = read(
        parse,
        path,
        "<p>The dock is 42<sup>1</sup> m, 6 km<sup>2</sup>, CO<sub>2</sub>.</p>"
        "<p>Fill <math><mfrac><mn>3</mn><mn>8</mn></mfrac></math> of it.</p>"
        "<table><tr><th>Dock</th><th>Size</th></tr><tr><td>A<b>l</b>ta</td><td>10<sup>6</sup></td>"
        "</tr></table><p><sup>1</sup> With the jetty.</p>",
    )
    assert document.text.split("\n\n") == [
        "The dock is 42 [^1] m, 6 km², CO₂.",
        "Fill 3/8 of it.",
        "Dock | Size\nAlta | 10⁶",
        "[^1]: With the jetty.",
    ]


def test_marks_lead_to_their_notes(path: Path) -> None:
    document = read(
        parse,
        path,
        '<p>Built in 1920<a role="doc-noteref" href="#n7">7</a>, later raised<sup>'
        '<a href="#n8">[8]</a></sup>.</p><ol><li id="n7">By hand.</li><li id="n8"><p>8. Twice.</p>'
        "</li></ol>",
    )
    assert [text for _, text in shown(document)] == [
        "Built in 1920 [^7], later raised [^8].",
        "[^7]: By hand.",
        "[^8]: Twice.",
    ]


def test_what_forms_and_buttons_show_is_read(path: Path) -> None:
    document = read(
        parse,
        path,
        '<h2><button aria-expanded="false">What is the fee?</button></h2><div hidden>9 euros.</div>'
        "<details><summary>Who pays?</summary>The owner.</details><div hidden>secret</div>"
        '<form>Name <input value="Ada"> <input type="checkbox" checked>fish <input type="radio">'
        'fowl<input type="hidden" value="x"><select><option>Red<option selected>Blue</select>'
        "<textarea>As said</textarea><button>Send</button><button>Clear</button></form>"
        "<svg><title>Depth</title><text>4 m</text></svg>",
    )
    assert [text for _, text in shown(document)] == [
        "What is the fee?",
        "9 euros.",
        "Who pays?",
        "The owner.",
        "Name Ada [x] fish [ ] fowl Red / Blue (chosen: Blue) As said Send Clear",
        "Depth 4 m",
    ]


def test_where_links_lead_is_said_but_of_menus_and_of_the_site_itself(path: Path) -> None:
    page = (
        '<base href="https://own.example/"><nav><a href="https://far.example/">Far</a></nav>'
        '<p>Use <a href="https://forms.example/9">the form </a>or <a href="/help">help</a>, '
        '<a href="https://own.example/a">our page</a>.</p>'
    )
    assert read(parse, path, page).text == (
        "Far\n\nUse the form <https://forms.example/9> or help, our page."
    )


def test_links_that_would_drown_a_page_are_noted_instead(path: Path) -> None:
    links = "".join(f'<p><a href="https://x.example/{n}">link {n}</a></p>' for n in range(300))

    document = read(parse, path, links)

    assert "<https" not in document.text
    assert document.notice == "Where its 300 links lead is not said in the text."


def test_a_table_of_data_is_told_from_one_that_lays_out(path: Path) -> None:
    rows = "<tr><td></td><td>2021</td></tr><tr><td><ul><li>a<li>b</ul></td><td></td></tr>"
    assert read(parse, path, f"<table>{rows}<tr><td></td><td>7</td></tr></table>").text == (
        "| 2021\na b\n | 7"
    )
    inner = "<table><tr><td>A1<td>B1</tr></table>"
    nested = f"<table><tr><td>x<td>y</tr><tr><td>{inner}</td><td>2</td></tr></table>"
    assert read(parse, path, nested).text == "x | y\nA1 B1 | 2"
    long = f"<p>{'word ' * 100}</p>"
    assert read(parse, path, f"<table><tr><td>{long}</td><td>side</td></tr></table>").text == (
        f"{'word ' * 100}".strip() + "\n\nside"
    )


def test_elements_that_end_where_they_begin_swallow_nothing(path: Path) -> None:
    document = read(
        parse,
        path,
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script '
        'src="a.js"/></head><body><p>One<br/><iframe src="x"/><a id="b"/>two</p><![CDATA[5 < 6]]>'
        "</body></html>",
    )
    assert document.text == "One\ntwo\n\n5 < 6"
