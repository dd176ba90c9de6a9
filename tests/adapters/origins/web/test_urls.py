import pytest

from lodgepole.adapters.origins.web import urls


@pytest.mark.parametrize(
    ("written", "base", "normal"),
    [
        ("HTTPS://Docs.Example:443/a#b", "", "https://docs.example/a"),
        ("http://docs.example:8080", "", "http://docs.example:8080/"),
        ("../b?x=1", "https://docs.example/a/c/d", "https://docs.example/a/b?x=1"),
        ("//other.example/x", "https://docs.example/", "https://other.example/x"),
        ("/a?utm_source=x&b=1&fbclid=2", "https://d.example/", "https://d.example/a?b=1"),
        ("/a?b=c+d&e", "https://d.example/", "https://d.example/a?b=c+d&e"),
        ("http://[::1]:80/", "", "http://[::1]/"),
        ("?", "https://d.example/a", "https://d.example/a"),
    ],
)
def test_one_form(written, base, normal):
    assert urls.normalised(written, base) == normal


@pytest.mark.parametrize(
    "written",
    [
        *("mailto:a@b.example", "javascript:void(0)", "ftp://a.example/", "http://", "http://[::1"),
        *("http://user@a.example/", "http://a.example:x/", "http://a.example/" + "a" * 900),
        "http://a.example/a b",
    ],
)
def test_what_is_no_page(written):
    assert urls.normalised(written) is None


def test_traps():
    assert urls.is_trap("https://d.example/a/b/a/b/a/b")
    assert urls.is_trap("https://d.example/" + "/".join(map(str, range(30))))
    assert not urls.is_trap("https://d.example/en/guide/en/start")


def test_parts():
    url = "https://d.example:8443/docs/en/a%20b.html?x=1"
    assert urls.site(url) == "https://d.example:8443"
    assert urls.prefix(url) == "https://d.example:8443/docs/en/"
    assert urls.prefix("https://d.example") == "https://d.example/"
    assert urls.path_of(url) == "docs/en/a b.html"
    assert urls.ending(url) == ".html"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://d.example/", "d.example.html"),
        ("https://d.example/docs/", "docs.html"),
        ("https://d.example/a/start.php?x=1", "start.html"),
        ("https://d.example/v1.2/notes", "notes.html"),
        ("https://d.example/%00", "_.html"),
        ("https://d.example/" + "a" * 500, "a" * urls.NAME_CHARS + ".html"),
    ],
)
def test_names_of_files(url, name):
    assert urls.file_name(url, ".html") == name
