import time

import pytest

from lodgepole.adapters.origins.web.robots import DELAY_MOST, read_robots

SITE = "https://d.example"


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/a", True),
        ("Disallow: /", "/a", False),
        ("Disallow:", "/a", True),
        ("Disallow: /private", "/private/a", False),
        ("Disallow: /private", "/public", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /*.pdf$", "/x/a.pdf", False),
        ("Disallow: /*.pdf$", "/x/a.pdf?x", True),
        ("Disallow: /*.pdf$", "/a.pdf/b.pdf", False),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /*?", "/a?x=1", False),
        ("Disallow: /a*/b*/c", "/a1/b2/c", False),
        ("disallow : /a # because", "/a", False),
    ],
)
def test_rules(rules, path, allowed):
    assert read_robots(f"User-agent: *\n{rules}").allows(SITE + path) is allowed


def test_the_group_that_names_us_is_ours_alone():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Lodgepole\nUser-agent: x\nDisallow: /b"
    robots = read_robots(text)
    assert robots.allows(f"{SITE}/a")
    assert not robots.allows(f"{SITE}/b")
    other = read_robots("User-agent: x\nDisallow: /")
    assert other.allows(f"{SITE}/a")


def test_an_empty_group_of_ours_allows_everything():
    text = "User-agent: *\nDisallow: /\nUser-agent: lodgepole\nDisallow:"
    assert read_robots(text).allows(f"{SITE}/a")


def test_delays_and_sitemaps():
    robots = read_robots("Sitemap: https://d.example/s.xml\nUser-agent: *\nCrawl-delay: 2.5")
    assert (robots.delay, robots.sitemaps) == (2.5, ("https://d.example/s.xml",))
    assert read_robots("User-agent: *\nCrawl-delay: 9999").delay == DELAY_MOST
    assert read_robots("User-agent: *\nCrawl-delay: soon").delay == 0
    assert read_robots("User-agent: *\nCrawl-delay: nan").delay == 0.0


def test_what_is_no_robots_file_allows_everything():
    assert read_robots("<html>\0not found</html>").allows(f"{SITE}/")


def test_rules_of_many_stars_take_little_time():
    robots = read_robots("User-agent: *\n" + f"Disallow: /{'*a' * 400}b$\n" * 1000)
    began = time.process_time()
    assert robots.allows(SITE + "/" + "a" * 700)
    assert time.process_time() - began < 5
