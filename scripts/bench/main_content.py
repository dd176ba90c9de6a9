"""How much of what a page says, and of what stands around it, its main part has.

    python scripts/bench/main_content.py [--each]

Each layout is a page of a kind that people follow, with phrases that are said by it (a reader would
miss them) and phrases of its surroundings. Where trafilatura is installed it is measured beside.
"""

import argparse
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from lodgepole.adapters.web_pages.html_pages import main_content

SAID = (
    "The circulation pump runs at forty two bar and must be checked once a week by two people.",
    "Before the cover is opened the mains switch is locked, and the key is kept by the shift lead.",
    "After each check the pressure is written down with date, hour and the name of who read it.",
    "A pump that vibrates is stopped at once, and the spare one on the north side takes over.",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SAID)
LINKS = ("Latest news", "All products", "Our team", "Job offers", "Press area", "Old archive")


def menu(tag: str = "ul", **attributes: str) -> str:
    told = "".join(f' {name.rstrip("_")}="{value}"' for name, value in attributes.items())
    items = "".join(f'<li><a href="/{n}">{link}</a></li>' for n, link in enumerate(LINKS))
    inner = items if tag == "ul" else f"<ul>{items}</ul>"
    return f"<{tag}{told}>{inner}</{tag}>"


@dataclass(frozen=True)
class Layout:
    name: str
    body: str
    said: tuple[str, ...] = SAID
    around: tuple[str, ...] = LINKS


LAYOUTS = (
    Layout("semantic", menu("nav") + f"<main><h1>Pumps</h1>{BODY}</main>" + menu("footer")),
    Layout(
        "divisions by class",
        menu("div", class_="sidebar") + f'<div class="page-text"><h1>Pumps</h1>{BODY}</div>'
        '<div class="footer"><a href="/i">Imprint page</a> <a href="/p">Privacy words</a></div>',
        around=(*LINKS, "Imprint page", "Privacy words"),
    ),
    Layout(
        "notes in margins",
        menu("nav") + f"<main><h1>Pumps</h1>{BODY}<aside class='note'><p>Caution: hot steam leaves "
        "the lower valve.</p></aside></main>",
        said=(*SAID, "Caution: hot steam leaves the lower valve."),
    ),
    Layout(
        "tabs",
        menu("nav") + f"<main>{BODY}<div role='tabpanel'>On the north side turn left.</div>"
        "<div role='tabpanel' hidden>On the south side turn right.</div></main>",
        said=(*SAID, "On the north side turn left.", "On the south side turn right."),
    ),
    Layout(
        "tables of long ago",
        "<table><tr><td width=100>" + menu() + f"</td><td><h1>Pumps</h1>{BODY}</td></tr></table>",
    ),
    Layout(
        "encyclopedia",
        f"<div id='content'><h1>Pumps</h1><div id='toc' class='toc'>{menu()}</div>{BODY}"
        "<table class='infobox'><tr><th>Maker</th><td>Hagen Brothers</td></tr></table></div>"
        + menu("div", id="mw-navigation"),
        said=(*SAID, "Hagen Brothers"),
    ),
    Layout(
        "news with consent",
        "<div id='cookie-consent' class='cookie-banner'><p>We value your privacy and use cookies "
        "to improve what you see.</p><button>Accept all</button></div>"
        f"<article><header><h1>Pumps</h1><p>By Ada Holm</p></header>{BODY}"
        "<div class='newsletter-signup'><p>Get our weekly letter into your box.</p></div></article>"
        + menu("div", class_="related-articles"),
        said=(*SAID, "By Ada Holm"),
        around=(*LINKS, "use cookies", "our weekly letter"),
    ),
    Layout(
        "product",
        menu("nav") + f"<div class='product'><h1>Pump P42</h1>{BODY}<table><tr><th>Weight</th>"
        "<td>81 kg</td></tr><tr><th>Flow</th><td>340 l/min</td></tr></table></div>"
        + menu("section", class_="also-bought"),
        said=(*SAID, "81 kg", "340 l/min"),
    ),
    Layout(
        "questions and answers",
        menu("nav")
        + "<main>"
        + "".join(
            f"<details><summary>Question {n}?</summary><p>{sentence}</p></details>"
            for n, sentence in enumerate(SAID)
        )
        + "</main>",
        said=(*SAID, "Question 3?"),
    ),
    Layout(
        "reference with code",
        menu("div", class_="sphinxsidebar") + f"<div role='main'><h1>Pumps</h1>{BODY}"
        "<pre><code>pump start --bar 42</code></pre><div class='admonition warning'>"
        "<p>Never run it dry.</p></div></div>" + menu("div", class_="related", role="navigation"),
        said=(*SAID, "pump start --bar 42", "Never run it dry."),
    ),
    Layout(
        "forum",
        menu("nav")
        + "<div id='thread'>"
        + "".join(f"<article class='post'><p>{sentence}</p></article>" for sentence in SAID)
        + "</div>"
        + menu("div", class_="hot-questions sidebar"),
    ),
    Layout(
        "short contact",
        menu("nav")
        + "<main><h1>Contact</h1><p>Quay 7, Bergen</p><p>Phone 55 12 34</p></main>"
        + menu("footer"),
        said=("Quay 7, Bergen", "Phone 55 12 34"),
    ),
    Layout(
        "a menu of meals",
        menu("nav") + "<div class='menu'><h2>Lunch</h2><p>Fish soup with bread and butter, for "
        "nine crowns.</p><p>Reindeer stew with berries, for twenty crowns.</p></div>",
        said=("Fish soup with bread and butter", "Reindeer stew with berries"),
    ),
    Layout(
        "a list of links that is the page",
        menu("nav") + "<main><h1>Downloads</h1><ul class='nav'><li><a href='a.pdf'>Manual of the "
        "pump</a></li><li><a href='b.pdf'>Drawing of the valve</a></li></ul></main>",
        said=("Manual of the pump", "Drawing of the valve"),
    ),
    Layout(
        "a banner and a foot in divisions",
        "<header class='site'>"
        + menu("div", class_="topbar")
        + f"</header><div><h1>Pumps</h1>{BODY}</div><div id='footer'>"
        + menu()
        + "</div>",
    ),
)


def ours(html: str) -> str:
    return LexborHTMLParser(main_content(html)).body.text(separator=" ")  # type: ignore[union-attr]


def ways() -> dict[str, Callable[[str], str]]:
    found: dict[str, Callable[[str], str]] = {"ours": ours}
    try:
        trafilatura = importlib.import_module("trafilatura")
    except ImportError:
        return found
    found["trafilatura"] = lambda html: trafilatura.extract(html) or ""
    found["trafilatura, recall"] = lambda html: trafilatura.extract(html, favor_recall=True) or ""
    return found


def share(phrases: tuple[str, ...], text: str) -> float:
    plain = re.sub(r"\s+", " ", text)
    return sum(phrase in plain for phrase in phrases) / len(phrases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", action="store_true", help="also each layout by itself")
    each = parser.parse_args().each
    print(f"{len(LAYOUTS)} layouts; all of what is said is wanted, and nothing around it")
    print(f"{'':22}{'said':>8}{'around':>8}")
    for name, way in ways().items():
        said = around = 0.0
        lines: list[str] = []
        for layout in LAYOUTS:
            page = f"<html><head><title>Pumps</title></head><body>{layout.body}</body></html>"
            text = way(page)
            kept, left = share(layout.said, text), share(layout.around, text)
            said, around = said + kept, around + left
            if kept < 1 or left:
                lines.append(f"  {layout.name:34}{kept:>8.0%}{left:>8.0%}")
        print(f"{name:22}{said / len(LAYOUTS):>8.1%}{around / len(LAYOUTS):>8.1%}")
        if each:
            print("\n".join(lines))


if __name__ == "__main__":
    main()
