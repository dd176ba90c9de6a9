import pytest

from lodgepole.errors import InvalidRequest
from lodgepole.ports.source_store import SourceKind
from lodgepole.sources.addresses import kind_of


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/srv/documents", SourceKind.FOLDER),
        ("https://docs.example.org/sitemap.xml", SourceKind.WEB),
        ("HTTP://example.org", SourceKind.WEB),
        ("git+https://git.example.org/a/b.git", SourceKind.GIT),
        ("s3://bucket/prefix", SourceKind.BUCKET),
        ("gs://bucket", SourceKind.BUCKET),
        ("az://container/x", SourceKind.BUCKET),
    ],
)
def test_kinds(url, kind):
    assert kind_of(url) is kind


@pytest.mark.parametrize(
    "url",
    [
        *("", " ", "srv/documents", "file:///etc/passwd", "ftp://example.org/", "ssh://host/x"),
        *("git+ssh://git@host/x", "git+file:///srv/x", "javascript:alert(1)", "https://", "//x"),
        *("https://user:secret@example.org/", "https://user@example.org/", "https://@example.org/"),
        *("https://[::1/", "https://example.org/\n", "https://example.org/" + "a" * 2000),
    ],
)
def test_what_is_refused(url):
    if url == "//x":
        assert kind_of(url) is SourceKind.FOLDER  # and the folder's origin refuses it
        return
    with pytest.raises(InvalidRequest) as refusal:
        kind_of(url)
    assert "secret" not in str(refusal.value)
