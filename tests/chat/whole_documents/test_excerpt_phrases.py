"""Chosen sentences are announced in every language that outlines are."""

from lodgepole.chat.whole_documents.excerpt_phrases import EXCERPT_PHRASES
from lodgepole.chat.whole_documents.overview_phrases import overview_phrases


def test_every_language_says_how_many_and_whose() -> None:
    for code, ours in EXCERPT_PHRASES.items():
        assert "8" in ours.central.format(n=8), code
        assert "a.txt" in ours.topic.format(name="a.txt"), code
    assert len({ours.central for ours in EXCERPT_PHRASES.values()}) == len(EXCERPT_PHRASES)


def test_outlines_have_them_in_the_questions_language() -> None:
    ours = overview_phrases("Worum geht es in dieser Datei?")
    assert (ours.central, ours.topic) == EXCERPT_PHRASES["de"]
    assert overview_phrases("xyz").topic == EXCERPT_PHRASES["en"].topic
