from lodgepole.adapters import passage_rows
from lodgepole.model import Passage


def passage(number: int) -> Passage:
    return Passage(
        ordinal=number,
        start=number,
        end=number + 1,
        text="é",
        page=None,
        heading_path=("a", "b"),
        header="a.txt",
        tokens=1,
        gap="\n",
    )


def test_passages_come_back_as_they_were_in_parts():
    passages = [passage(n) for n in range(600)]
    words = [("é", str(n)) for n in range(600)]
    parts = list(passage_rows.written(passages, words))
    assert len(parts) == 3
    back = [entry for part in parts for entry in passage_rows.read(part)]
    assert back == list(zip(passages, words, strict=True))


def test_passages_of_many_words_come_in_smaller_parts():
    passages = [passage(n) for n in range(10)]
    words = [("a",) * (passage_rows.WORDS_PER_FRAME // 2 + n % 2) for n in range(10)]
    parts = list(passage_rows.written(passages, words))
    assert [len(passage_rows.read(part)) for part in parts] == [1] * 10
    assert [len(words) for part in parts for _, words in passage_rows.read(part)] == [
        *map(len, words)
    ]
