"""Every language has every sentence, with the places for what goes into it."""

import re
from dataclasses import astuple

import pytest

from lodgepole.chat import localised_phrases as messages
from lodgepole.chat.whole_documents.overview_phrases import _PHRASES, ENGLISH, overview_phrases

_PLACES = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", sorted(_PHRASES))
def test_the_same_places_in_every_language(language: str) -> None:
    for ours, english in zip(astuple(_PHRASES[language]), astuple(ENGLISH), strict=True):
        assert sorted(_PLACES.findall(ours)) == sorted(_PLACES.findall(english))


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is this about?", "en"), ("Worum geht es in diesem Dokument?", "de"),
        ("О чём документ?", "ru"), ("Про що йдеться?", "uk"), ("要約してください", "ja"),
        ("요약해 주세요", "ko"), ("12?", "en"),
    ],
)  # fmt: skip
def test_the_language_of_the_question(question: str, language: str) -> None:
    assert overview_phrases(question) == _PHRASES[language]


def test_quotes_and_overviews_speak_the_same_languages() -> None:
    assert messages._PHRASES.keys() == _PHRASES.keys()
