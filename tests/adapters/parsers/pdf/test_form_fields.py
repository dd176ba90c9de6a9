"""Forms: each field beside its label, boxes ticked or not, notes and links as such."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from lodgepole.adapters.parsers.pdf import parse
from lodgepole.documents.builder import check_document
from lodgepole.limits import Limits


def read(path: Path, draw: Callable[[Canvas], None]) -> str:
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("Helvetica", 10)
    draw(canvas)
    canvas.save()
    document = parse(path, "a.pdf", Limits())
    check_document(document)
    return document.text


def box(canvas: Canvas, x: float, y: float, *, ticked: bool, kind: str = "checkbox") -> None:
    name = f"{kind}{x}{y}"
    if kind == "radio":
        canvas.acroForm.radio(name="group", value=name, selected=ticked, x=x, y=y - 3, size=12)
    else:
        canvas.acroForm.checkbox(name=name, checked=ticked, x=x, y=y - 3, size=12)


def written(canvas: Canvas, x: float, y: float, value: str, width: float = 100) -> None:
    canvas.acroForm.textfield(
        name=f"text{x}{y}", value=value, x=x, y=y - 5, width=width, height=16, tooltip=f"tip {x:g}"
    )


def test_two_fields_on_a_line_have_each_their_label(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Surname:")
        written(canvas, 120, 700, "Hopper")
        canvas.drawString(300, 700, "First name:")
        written(canvas, 370, 700, "Grace")
        canvas.drawString(60, 670, "Town")
        written(canvas, 120, 670, "")
        canvas.drawString(300, 670, "Street")
        written(canvas, 370, 670, "Harbour Road 4")

    text = read(tmp_path / "a.pdf", draw)

    assert "Surname: Hopper | First name: Grace" in text
    assert "Town: ____ | Street: Harbour Road 4" in text


@pytest.mark.parametrize("kind", ["checkbox", "radio"])
def test_boxes_say_whether_they_are_ticked_before_their_label(tmp_path: Path, kind: str) -> None:
    def draw(canvas: Canvas) -> None:
        for row, (label, ticked) in enumerate([("I smoke", False), ("I swim", True)]):
            box(canvas, 60, 700 - 20 * row, ticked=ticked, kind=kind)
            canvas.drawString(80, 700 - 20 * row, label)

    assert read(tmp_path / "a.pdf", draw).split("\n") == ["[ ] I smoke", "[x] I swim"]


def test_boxes_after_their_labels_stay_there(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Monday")
        box(canvas, 100, 700, ticked=False, kind="radio")
        canvas.drawString(130, 700, "Friday")
        box(canvas, 165, 700, ticked=True, kind="radio")

    assert read(tmp_path / "a.pdf", draw) == "Monday [ ] | Friday [x]"


def test_boxes_between_labels_belong_to_the_nearer_one(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Day:")
        box(canvas, 110, 700, ticked=True)
        canvas.drawString(126, 700, "Monday")
        box(canvas, 190, 700, ticked=False)
        canvas.drawString(206, 700, "Friday")

    assert read(tmp_path / "a.pdf", draw) == "Day: | [x] Monday | [ ] Friday"


def test_a_box_alone_at_the_end_of_its_row_follows_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "I agree to the terms")
        box(canvas, 180, 700, ticked=False)

    assert read(tmp_path / "a.pdf", draw) == "I agree to the terms [ ]"


def test_boxes_under_heads_say_them(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(300, 720, "Yes")
        canvas.drawString(360, 720, "No")
        for row, (question, yes) in enumerate([("Do you smoke?", False), ("Do you swim?", True)]):
            canvas.drawString(60, 700 - 20 * row, question)
            box(canvas, 302, 700 - 20 * row, ticked=yes)
            box(canvas, 360, 700 - 20 * row, ticked=not yes)

    text = read(tmp_path / "a.pdf", draw)

    assert "Do you smoke? [ ] Yes [x] No" in text
    assert "Do you swim? [x] Yes [ ] No" in text


def test_labels_above_and_below_count_where_none_is_beside(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Remarks")
        canvas.acroForm.textfield(
            name="r", value="Can swim.", x=60, y=630, width=300, height=60, fieldFlags="multiline"
        )
        written(canvas, 60, 560, "Grace Hopper", width=200)
        canvas.drawString(60, 545, "Signature of the applicant")
        written(canvas, 60, 480, "alone")

    text = read(tmp_path / "a.pdf", draw)

    assert "Remarks: Can swim." in text
    assert "Signature of the applicant: Grace Hopper" in text
    assert "tip 60: alone" in text


def test_fields_of_a_table_stand_in_its_columns(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([60, 160, 260], [640, 660, 680, 700])
        canvas.drawString(64, 686, "Name")
        canvas.drawString(164, 686, "Town")
        for row, (name, town) in enumerate([("Ada", "Bergen"), ("Grace", "Alta")]):
            written(canvas, 62, 667 - 20 * row, name, width=96)
            written(canvas, 162, 667 - 20 * row, town, width=96)

    lines = [line.split() for line in read(tmp_path / "a.pdf", draw).split("\n") if line]

    said = [[word for word in line if word != "|"] for line in lines]
    assert said == [["Name", "Town"], ["Ada", "Bergen"], ["Grace", "Alta"]]


def test_a_field_within_a_sentence_stands_in_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "The member")
        written(canvas, 120, 700, "Grace Hopper")
        canvas.drawString(226, 700, "pays the fee.")

    assert read(tmp_path / "a.pdf", draw) == "The member Grace Hopper pays the fee."


def test_choices_are_said_as_they_are_shown(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Boat")
        canvas.acroForm.choice(
            name="boat", value="S", options=[("Double", "D"), ("Single", "S")],
            x=120, y=695, width=100, height=16,
        )  # fmt: skip
        canvas.drawString(60, 660, "Days")
        canvas.acroForm.listbox(
            name="days", value=["Tue"], options=["Mon", "Tue", "Wed"],
            x=120, y=640, width=100, height=40,
        )  # fmt: skip

    text = read(tmp_path / "a.pdf", draw)

    assert "Boat: Single" in text
    assert "Days: Tue" in text


def test_links_are_followed_by_where_they_lead(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Use the order form, or write to us.")
        start = 60 + canvas.stringWidth("Use the ", "Helvetica", 10)
        end = start + canvas.stringWidth("order form", "Helvetica", 10)
        canvas.linkURL("https://shop.example.org/order", (start, 695, end, 710))
        canvas.drawString(60, 660, "See shop.example.org")
        canvas.linkURL("https://shop.example.org", (80, 655, 170, 670))

    text = read(tmp_path / "a.pdf", draw)

    assert "Use the order form <https://shop.example.org/order>, or write to us." in text
    assert text.endswith("See shop.example.org")


def test_a_link_of_two_lines_is_one(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Everybody who comes to the harbour by sea should read the")
        canvas.drawString(60, 688, "rules of it before.")
        canvas.linkURL("https://rules.example.org", (300, 696, 330, 710))
        canvas.linkURL("https://rules.example.org", (60, 684, 85, 697))

    text = read(tmp_path / "a.pdf", draw)

    assert text.count("<https://rules.example.org>") == 1
    assert "rules <https://rules.example.org> of it" in text


def test_what_readers_said_stands_at_the_end_of_the_page(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "The price is nine dollars.")
        canvas.drawString(60, 680, "It is paid at the gate.")
        width = canvas.stringWidth("The price", "Helvetica", 10)
        canvas.highlightAnnotation("too low", (60, 697, 60 + width, 710))
        canvas.textAnnotation("ask Ada", (400, 690, 420, 710))

    lines = read(tmp_path / "a.pdf", draw).split("\n")

    assert lines[0] == "The price is nine dollars."
    assert lines[-3:] == ["Comment on “The price”: too low", "", "Comment: ask Ada"]
