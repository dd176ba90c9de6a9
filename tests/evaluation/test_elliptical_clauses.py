"""A clause that leaves out what it shares is a fact of its own."""

import pytest

from lodgepole.evaluation.elliptical_clauses import written_out


@pytest.mark.parametrize(
    ("sentence", "clauses"),
    [
        ("Oslo is the seat of Norway, Bern of Switzerland and Riga of Latvia.",
         ("Oslo is the seat of Norway.", "Bern is the seat of Switzerland.",
          "Riga is the seat of Latvia.")),
        ("Oslo ist der Sitz von Norwegen und Bern von der Schweiz",
         ("Oslo ist der Sitz von Norwegen", "Bern ist der Sitz von der Schweiz")),
        ("The mill was built in 1840; the barn in 1862.",
         ("The mill was built in 1840.", "the barn was built in 1862.")),
        ("Oslo is the seat of Norway and has a port.",
         ("Oslo is the seat of Norway.", "Oslo has a port.")),
        ("He is from Bergen and she was born in Riga.",
         ("He is from Bergen.", "she was born in Riga.")),
        ("The small plan costs 10 euros, the large plan 25 euros and the huge one 90 euros.",
         ("The small plan costs 10 euros.", "the large plan costs 25 euros.",
          "the huge one costs 90 euros.")),
        ("The warranty lasts two years for pumps and six months for hoses.",
         ("The warranty lasts two years for pumps.", "The warranty lasts six months for hoses.")),
        ("It has a width of 5 cm, a height of 10 cm and a weight of 2 kg.",
         ("It has a width of 5 cm.", "It has a height of 10 cm.", "It has a weight of 2 kg.")),
        ("The shop opens at nine, closes at five and is shut on Sundays.",
         ("The shop opens at nine.", "The shop closes at five.", "The shop is shut on Sundays.")),
        ("Ada was born in Oslo in 1815, moved to Bergen in 1840, and died in 1852.",
         ("Ada was born in Oslo in 1815.", "Ada moved to Bergen in 1840.", "Ada died in 1852.")),
        ("The firm was founded in 1990 and has offices in Oslo, Bergen and Riga.",
         ("The firm was founded in 1990.", "The firm has offices in Oslo, Bergen and Riga.")),
        ("Oslo est le siège de la Norvège, Berne de la Suisse et Riga de l’Estonie.",
         ("Oslo est le siège de la Norvège.", "Berne est le siège de la Suisse.",
          "Riga est le siège de l’Estonie.")),
        ("Oslo è la sede della Norvegia, Berna dell’Austria e Riga di Malta.",
         ("Oslo è la sede della Norvegia.", "Berna è la sede dell’Austria.",
          "Riga è la sede di Malta.")),
        ("Oslo es la sede de Noruega y Berna de Suiza.",
         ("Oslo es la sede de Noruega.", "Berna es la sede de Suiza.")),
        ("Oslo é a sede da Noruega e Berna da Suíça.",
         ("Oslo é a sede da Noruega.", "Berna é a sede da Suíça.")),
        ("Oslo is de zetel van Noorwegen en Bern van Zwitserland.",
         ("Oslo is de zetel van Noorwegen.", "Bern is de zetel van Zwitserland.")),
        ("Oslo är sätet i Norge, Bern i Schweiz och Riga i Lettland.",
         ("Oslo är sätet i Norge.", "Bern är sätet i Schweiz.", "Riga är sätet i Lettland.")),
        ("Осло — столица Норвегии, Берн — Швейцарии, а Рига — Латвии.",
         ("Осло — столица Норвегии.", "Берн — столица Швейцарии.", "Рига — столица Латвии.")),
        ("奥斯陆是挪威的首都，伯尔尼是瑞士的首都。",
         ("奥斯陆是挪威的首都。", "伯尔尼是瑞士的首都。")),
        ("オスロはノルウェーの首都、ベルンはスイスの首都です。",
         ("オスロはノルウェーの首都。", "ベルンはスイスの首都です。")),
        ("오슬로는 노르웨이의 수도이고, 베른은 스위스의 수도이다.",
         ("오슬로는 노르웨이의 수도이고.", "베른은 스위스의 수도이다.")),
        ("If the tenant leaves early, and the rent is due, the deposit is kept.",
         ("If the tenant leaves early, and the rent is due, the deposit is kept.",)),
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
        "He is a teacher and a father of two.",
        "Ada, Bo and Cy founded the firm in 2010.",
        "倉庫には箱、釘、糊がある。",
        "", ".", "and", ", and ,",
    ],
)  # fmt: skip
def test_other_sentences_stay_as_they_are(sentence):
    assert written_out(sentence) == ()


def test_much_of_anything_is_looked_through_in_no_time():
    written_out("a is b of c, " * 20_000)
    written_out("of " * 100_000)
    written_out("a is 5, " * 20_000)
    written_out("甲是乙，" * 20_000)
