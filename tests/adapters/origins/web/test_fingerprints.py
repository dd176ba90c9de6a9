from lodgepole.adapters.origins.web.fingerprints import VALIDATOR_CHARS, Known
from lodgepole.ports.source_store import SourceItem


def test_what_is_remembered_is_read_back():
    known = Known(etag='"1"', modified="Mon", digest="d", lastmod="2026", depth=2)
    item = SourceItem(key="k", file_id="f", sha256="s", fingerprint=known.write())
    assert Known.read(item) == known
    assert Known.read(None) == Known()


def test_validators_are_what_the_site_said():
    assert Known(etag='"1"', modified="Mon").validators() == {
        "If-None-Match": '"1"',
        "If-Modified-Since": "Mon",
    }
    assert Known().validators() == {}


def test_an_answer_renews_it_within_limits():
    known = Known(lastmod="2026", depth=2).renewed({"etag": "e" * 10_000}, "d")
    assert (known.lastmod, known.depth, known.digest) == ("2026", 2, "d")
    assert len(known.etag) == VALIDATOR_CHARS
