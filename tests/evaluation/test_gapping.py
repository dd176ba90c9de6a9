"""A clause that leaves out what it shares is a fact of its own."""

import pytest

from lodgepole.evaluation.gapping import written_out


@pytest.mark.parametrize(
    ("sentence", "clauses"),
    [
        ("Oslo is the seat of Norway, Bern of Switzerland and Riga of Latvia.",
         ("Oslo is the seat of Norway.", "Bern is the seat of Switzerland.",
          "Riga is the seat of Latvia.")),
        ("Oslo ist der Sitz von Norwegen und Bern von der Schweiz",
         ("Oslo ist der Sitz von Norwegen", "Bern ist der Sitz von der Schweiz")),
        ("Oslo is the seat of Norway and has a port.",
         ("Oslo is the seat of Norway.", "Oslo has a port.")),
        ("He is from Bergen and she was born in Riga.",
         ("He is from Bergen.", "she was born in Riga.")),
        ("The mill was built in 1840; the barn in 1862.",
         ("The mill was built in 1840.", "the barn was built in 1862.")),
        ("Oslo is the seat of Norway and has a port.",
         ("Oslo is the seat of Norway.", "Oslo has a port.")),
        ("He is from Bergen and she was born in Riga.",
         ("He is from Bergen.", "she was born in Riga.")),
    ],
)  # fmt: skip
def test_what_is_shared_is_carried_along(sentence, clauses):
    assert written_out(sentence) == clauses


@pytest.mark.parametrize(
    "sentence",
    [
        "Oslo is the seat of Norway.",
        "The plan covers teeth, eyes and ears.",
        "The box is made of wood, nails and glue.",
        "", ".", "and", ", and ,",
    ],
)  # fmt: skip
def test_other_sentences_stay_as_they_are(sentence):
    assert written_out(sentence) == ()


def test_much_of_anything_is_looked_through_in_no_time():
    written_out("a is b of c, " * 20_000)
    written_out("of " * 100_000)
