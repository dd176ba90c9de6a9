import pytest

from lodgepole.adapters.origins.web.kinds import ending_of, may_be_sitemap


@pytest.mark.parametrize(
    ("url", "kind", "suffix"),
    [
        ("https://d.example/a", "text/html", ".html"),
        ("https://d.example/a.pdf", "text/html", ".html"),
        ("https://d.example/a", "application/pdf", ".pdf"),
        ("https://d.example/a.docx", "application/octet-stream", ".docx"),
        ("https://d.example/a.md", "text/plain", ".md"),
        ("https://d.example/a", "text/plain", ".txt"),
        ("https://d.example/a.exe", "application/octet-stream", None),
        ("https://d.example/a.pdf", "image/png", None),
        ("https://d.example/a", "", None),
    ],
)
def test_endings(url, kind, suffix):
    assert ending_of(url, kind) == suffix


def test_what_may_be_a_sitemap():
    assert may_be_sitemap("https://d.example/s", "application/xml")
    assert may_be_sitemap("https://d.example/s.xml.gz", "application/octet-stream")
    assert not may_be_sitemap("https://d.example/s", "text/html")
