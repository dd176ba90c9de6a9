"""Words lose their endings by the language of their file, or by the rules of their script."""

import string
from concurrent.futures import ThreadPoolExecutor

import pytest

from lodgepole.text import stemming
from lodgepole.text.stemming import BY_SCRIPT, stem, stemmed_as


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("costs", "cost", "en"), ("häuser", "häusern", "de"), ("maisons", "maison", "fr"),
     ("гарантия", "гарантии", "ru"), ("costs", "cost", BY_SCRIPT),
     ("гарантию", "гарантия", BY_SCRIPT), ("الضمان", "ضمان", BY_SCRIPT),
     ("المكتبة", "بالمكتبة", BY_SCRIPT), ("retired", "retires", BY_SCRIPT)],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str, language: str) -> None:
    assert stem(one, language) == stem(other, language)


@pytest.mark.parametrize("language", ["und", "xx"])
def test_without_rules_a_word_stays(language: str) -> None:
    assert stemmed_as(language) == "und"
    assert stem("running", "und") == "running"
    assert stem("東", BY_SCRIPT) == "東"


def test_threads_do_not_mix_their_words() -> None:
    letters = string.ascii_lowercase
    texts = [[f"organ{a}{b}{c}izations" for a in "abcd" for b in letters] for c in letters[:16]]

    def stems(words: list[str]) -> list[str]:
        return [stem(word, "en") for word in words]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(stems, texts))
    stemming.stem.cache_clear()
    assert together == [stems(words) for words in texts]
