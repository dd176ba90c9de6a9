"""Every language has every sentence about rows."""

import re
from dataclasses import astuple

import pytest

from lodgepole.chat.stored_tables.table_phrases import _PHRASES, ENGLISH, table_phrases
from lodgepole.chat.whole_documents import overview_phrases

_PLACES = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", sorted(_PHRASES))
def test_the_same_places_in_every_language(language: str) -> None:
    for ours, english in zip(astuple(_PHRASES[language]), astuple(ENGLISH), strict=True):
        assert sorted(_PLACES.findall(ours)) == sorted(_PLACES.findall(english))


def test_the_languages_are_those_of_outlines() -> None:
    assert _PHRASES.keys() == overview_phrases._PHRASES.keys()
    assert table_phrases("Wie viele offene Tickets gibt es?") == _PHRASES["de"]
