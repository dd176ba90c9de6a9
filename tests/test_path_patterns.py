import time

import pytest

from lodgepole.errors import InvalidRequest
from lodgepole.path_patterns import PATTERN_CHARS, PATTERNS, check_patterns, wanted


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.pdf", "a.pdf", True),
        ("*.pdf", "b/c/a.pdf", True),
        ("*.pdf", "a.pdf.txt", False),
        ("guides/*.md", "guides/a.md", True),
        ("guides/*.md", "guides/b/a.md", False),
        ("guides/*.md", "x/guides/a.md", False),
        ("guides/**", "guides/b/a.md", True),
        ("guides/**", "guide/a.md", False),
        ("**/b/*.md", "b/a.md", True),
        ("**/b/*.md", "x/y/b/a.md", True),
        ("a/**/z.md", "a/z.md", True),
        ("a/**/z.md", "a/b/c/z.md", True),
        ("a/**/z.md", "a/b/c/y.md", False),
        ("drafts/", "drafts/a.md", True),
        ("drafts/", "x/drafts/y/a.md", True),
        ("drafts/", "drafts.md", False),
        ("/top.md", "top.md", True),
        ("a?c.md", "abc.md", True),
        ("a?c.md", "ac.md", False),
        ("[a].md", "[a].md", True),
        ("[a].md", "a.md", False),
        ("ÄÖ*", "ÄÖü.txt", True),
    ],
)
def test_patterns(pattern, path, matches):
    assert wanted(path, include=[pattern], exclude=[]) is matches
    assert wanted(path, include=[], exclude=[pattern]) is not matches


def test_what_is_included_and_excluded_is_not_wanted():
    assert not wanted("a/b.md", include=["*.md"], exclude=["a/"])
    assert wanted("b/b.md", include=["*.md", "*.txt"], exclude=["a/"])
    assert wanted("b", include=[], exclude=[])


def test_a_pattern_of_many_stars_takes_little_time():
    began = time.process_time()
    assert not wanted("a" * 2_000, include=["*a" * 240 + "b"], exclude=[])
    assert not wanted("/".join("a" * 1_000), include=["**/a/" * 99 + "b"], exclude=[])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("pattern", ["", "/", "//", "a" * (PATTERN_CHARS + 1), "a\0b"])
def test_patterns_that_cannot_be_used(pattern):
    with pytest.raises(InvalidRequest):
        check_patterns([pattern])


def test_so_many_patterns():
    assert len(check_patterns(["a"] * PATTERNS)) == PATTERNS
    with pytest.raises(InvalidRequest):
        check_patterns(["a"] * (PATTERNS + 1))
