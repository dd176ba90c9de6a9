"""Ingestion analyses several files at once, each in its own thread."""

import string
from concurrent.futures import ThreadPoolExecutor

from lodgepole.text import analyzer

# Every word is new to the cache in front of the stemmer, so that the stemmer itself works.
LETTERS = string.ascii_lowercase
TEXTS = [
    " ".join(
        f"organ{a}{b}{c}izations happ{c}{b}ily" for a in "abcd" for b in string.ascii_lowercase
    )
    for c in LETTERS[:16]
]


def analysed(text: str) -> list[str]:
    return analyzer.passage_words(text, "", "en")


def test_threads_do_not_mix_their_words():
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(analysed, TEXTS))
    analyzer.token_words.cache_clear()
    assert together == [analysed(text) for text in TEXTS]
