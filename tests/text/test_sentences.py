"""Sentences are found in any language, in prose, wrapped lines, lists, tables and records.

`PROSE` is what one rule says for passages, quotes and checks alike: `|` parts the sentences.
"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodgepole.text.sentences import ends_sentence, sentence_ends, sentence_spans


def sentences(text):
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("Dr. Smith met J. Doe at 3.5 p.m. today. Then he left.",
         ["Dr. Smith met J. Doe at 3.5 p.m. today.", "Then he left."]),
        ("The line was broken by\nthe width of the page. Next.",
         ["The line was broken by\nthe width of the page.", "Next."]),
        ("- first item\n- second item", ["- first item", "- second item"]),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("# Heading\nText follows it.", ["# Heading", "Text follows it."]),
        ("name: Madrid\ncountry: Spain", ["name: Madrid", "country: Spain"]),
        ("text: In 1979, the Soviet Union deployed its army. It stayed for years.",
         ["In 1979, the Soviet Union deployed its army.", "It stayed for years."]),
        ("name: The warm and dry coat for long days at sea\nprice: 90",
         ["name: The warm and dry coat for long days at sea", "price: 90"]),
        ("Name: Ada | Note: She came by sea. Then she left for the town again.\nName: Bo | Note: x",
         ["Name: Ada | Note: She came by sea. Then she left for the town again.",
          "Name: Bo | Note: x"]),
        ("Town | Fee\nalta | 5", ["Town | Fee", "alta | 5"]),
        ("The answer is No. Then look at No. 5 of it. Diese Art. Dann Art. 7 davon.",
         ["The answer is No.", "Then look at No. 5 of it.", "Diese Art.", "Dann Art. 7 davon."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("It is 42 metres high. [^1] Later it grew.",
         ["It is 42 metres high. [^1]", "Later it grew."]),
        ("It is high.[^1] Later it grew.", ["It is high.[^1]", "Later it grew."]),
        ("[^1]: Measured at low tide. Since then it fell.",
         ["[^1]: Measured at low tide.", "Since then it fell."]),
        ("***\n\n---", []),
    ],
)  # fmt: skip
def test_sentences_are_found(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet="aB. \n|-:1,?。\"')", max_size=200))
def test_spans_are_in_order_trimmed_and_within_the_text(text):
    end = 0
    for a, b in sentence_spans(text):
        assert end <= a < b <= len(text)
        assert text[a:b].strip() == text[a:b]
        end = b


PROSE = """
We bought Foo Inc. | The deal closed in May.
Apple Inc. Annual Report 2019 was sent to Mr. An Li of Acme Ltd. | It has 90 pages.
See No. 7 and Nos. 8 of the list, Fig. 3, pp. 12, Sec. (b) and Art. IV. | Then stop.
The answer is No. | Then he left.
The term is five (5) years. | It may be renewed.
He came at 3 p.m. Monday with J. Doe. | We left at 5 p.m. | They stayed.
The U.S. Government paid, e.g. The Hague did. | In the U.S. | This is rare.
It grew by 5. | The rest fell. | In 2020. | So it goes.
Is it so? | Yes! | He said "Stop!" and went.
She said "Stop." | Then she left (at last). | We stayed.
Well... | Perhaps. | It costs $3.50. | Pay now.
Das gilt ab dem 1. Juli 2025. | Danach gilt der 3. Absatz nicht.
Am 12. Mai bzw. Juni, d. h. im 3. Quartal, z. B. Montag, zahlt die Müller Co. KG. | Sie zahlt nie.
Der Umsatz stieg auf 5 Mio. Euro, vgl. Abs. 2 und Nr. 7. | Der Rest blieb.
Der Preis ist 40. | Die Frist endet am 31.12.2024. | Wir warten.
Le contrat de M. Dupont prend effet le 1er juillet. | Il dure un an (art. 5). | Voir le no. 7.
El Sr. García pagó el 5. | La Dra. Ruiz no pagó. | ¿Cuándo? | ¡Nunca!
Il dott. Rossi abita in via Roma n. 5. | Il contratto scade domani.
O Sr. Silva mora na Av. Paulista. | Não paga.
Den 1. januar 2020 betalte Hr. Olsen. | Det var alt.
Od 1. ledna platí nová cena. | Smlouva končí.
Uhoda z dnia 5. maja 2020 r. jest ważna. | To wszystko.
Договор действует с 2020 г. и стоит 5 млн. руб. в год, т. е. дорого. | Он бессрочный.
Он живёт на ул. Ленина в г. Москва. | Она тоже.
これは文です。 | 次の文です！ | 「はい。」 | 終わり。
合同有效期为三年。 | 期满后可续签？ | 是的。
यह एक वाक्य है। | यह दूसरा है।
هذا صحيح. | هل هذا صحيح؟ | نعم.
이것은 문장입니다. | 다음 문장입니다.
""".strip().splitlines()


@pytest.mark.parametrize("line", PROSE)
def test_one_rule_ends_sentences_in_every_language(line):
    expected = line.split(" | ")
    text = " ".join(expected)
    ends = [*sentence_ends(text, 0, len(text)), len(text)]
    starts = [0, *ends]
    assert [text[a:b].strip() for a, b in zip(starts, ends, strict=False)] == expected
    assert sentences(text) == [s for s in expected if any(c.isalnum() for c in s)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tenant shall pay for a period of five\n(5) years after it.\nThen it ends.",
         ["The tenant shall pay for a period of five\n(5) years after it.", "Then it ends."]),
        ("(4) years of\n(5) months", ["(4) years of", "(5) months"]),
        ("It is set out in Annex No.\n7 to it.\nSee there.",
         ["It is set out in Annex No.\n7 to it.", "See there."]),
        ("Das gilt ab 1.\nJuli 2025.", ["Das gilt ab 1.\nJuli 2025."]),
    ],
)  # fmt: skip
def test_a_line_end_within_a_sentence_is_none_of_its_own(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "following", "ends"),
    [("It is so.", "", True), ("It is so", "", False), ("Mr.", "S", False), ("Foo Inc.", "", False),
     ("No.", "5", False), ("No.", "T", True), ("1.", "F", False), ("Yes.”", "", True),
     ("終わり。", "", True), ("Well...", "T", True), ("", "", False)],
)  # fmt: skip
def test_a_text_is_a_finished_sentence_or_goes_on(text, following, ends):
    assert ends_sentence(text, following) is ends


UNITS = ["!", "?", "…", ".", "。", "! ", ". ", "A. ", "a. ", "No. ", "1. ", "1.\n", '"', '."', "!)",
         " ", "\n", "\t", " \n", "|", " | ", "- ", "#", ": ", "a: ", "(", "(5) ", "five\n(5) ",
         "Foo Inc. ", "x", "x ", "东", "，", "*", "_", "'"]  # fmt: skip


MOST_CPU_SECONDS = 10  # some 1 as this was written; minutes where the time grows with the square


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_much_of_anything_is_parted_in_no_time(unit):
    text = unit * (300_000 // len(unit))
    start = time.process_time()
    for _ in sentence_ends(text, 0, len(text)):
        pass
    ends_sentence(text, text)
    sentence_spans(text)
    assert time.process_time() - start < MOST_CPU_SECONDS
