"""Documents: what a builder makes passes the check, survives storage, and bytes become text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodgepole.documents.builder import (
    DocumentBuilder,
    check_document,
    clean_text,
    decode_text,
    from_json,
    to_json,
)
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import Block, BlockKind, Document, Figure, PageSpan

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
steps = st.lists(st.one_of(st.none(), texts), max_size=20)


@given(st.booleans(), steps)
def test_whatever_is_built_keeps_the_promises_of_a_document(
    paged: bool, pieces: list[str | None]
) -> None:
    builder = DocumentBuilder("a", Limits())
    if paged:
        builder.begin_page()
    for piece in pieces:
        if piece is not None:
            builder.add(piece, BlockKind.PARAGRAPH)
        elif paged:
            builder.begin_page()
    builder.add("the end", BlockKind.HEADING, level=2)

    document = builder.build(title=" a  title ", notice="Page 1 …")

    check_document(document)
    assert from_json(to_json(document)) == document
    assert len(document.pages) == builder.page_count
    assert document.title == "a title"


def test_figures_survive_storage() -> None:
    figure = Figure(
        page=1, position=0, caption="é", mime_type="image/png", data=b"\0\xff", width=3, height=4
    )
    document = Document(
        text="x", blocks=(Block(0, 1, BlockKind.CAPTION),), pages=(PageSpan(1, 0, 1),),
        figures=(figure,),
    )  # fmt: skip

    check_document(document)
    assert from_json(to_json(document)) == document


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"text": 1, "blocks": [1]}'])
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a stored document"):
        from_json(data)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (Document(text="ab", blocks=(Block(0, 1, BlockKind.CODE),)), "in no block"),
        (Document(text="ab", blocks=(Block(0, 3, BlockKind.CODE),)), "bounds"),
        (Document(text="a", blocks=(Block(0, 1, BlockKind.HEADING),)), "level"),
        (Document(text=" ", blocks=(Block(0, 1, BlockKind.CODE),)), "blank"),
        (
            Document(
                text="ab",
                blocks=(Block(0, 2, BlockKind.CODE),),
                pages=(PageSpan(1, 0, 1), PageSpan(2, 1, 2)),
            ),
            "crosses a page",
        ),
        (
            Document(text="a", blocks=(Block(0, 1, BlockKind.CODE),), pages=(PageSpan(2, 0, 1),)),
            "page 1",
        ),
    ],
)
def test_the_check_names_what_is_broken(document: Document, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        check_document(document)


def test_a_document_without_blocks_is_refused() -> None:
    builder = DocumentBuilder("empty.txt", Limits())
    builder.add(" \n ", BlockKind.PARAGRAPH)

    with pytest.raises(UnreadableFile, match=r"'empty\.txt' holds no text"):
        builder.build()


def test_text_and_pages_are_limited() -> None:
    builder = DocumentBuilder("a", Limits(parse_text_chars=5, parse_pages=1))
    builder.begin_page()

    with pytest.raises(UnreadableFile, match="more than 5 characters"):
        builder.add("123456", BlockKind.PARAGRAPH)
    with pytest.raises(UnreadableFile, match="more than 1 pages"):
        builder.begin_page()


GERMAN = "Die Größe der Äpfel überrascht: schöne Früchte wachsen überall in süßen Gärten. "
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. "

GREEK = "Το τέλος ελλιμενισμού είναι οκτακόσιες δώδεκα κορώνες τη νύχτα."
SWEDISH = "Svenska ångbåten går från ön till Göteborg på måndag"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy v přístavu každý den."
KOREAN = "항구의 계류료는 하룻밤에 팔백십이 크로네입니다. 등대지기는 탑에 삽니다."
THAI = "ค่าจอดเรือในท่าเรือคืนละแปดร้อยสิบสองโครน ผู้ดูแลประภาคารอาศัยอยู่ในหอคอย"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN * 4, "cp1252"),
        (RUSSIAN * 8, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16-le"),
        (GREEK, "cp1253"),
        (SWEDISH, "cp1252"),
        (CZECH, "iso8859-2"),
        (CZECH, "cp1250"),
        (KOREAN, "euc_kr"),
        (THAI, "cp874"),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding), "a.txt") == text


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_are_refused(data: bytes) -> None:
    try:
        text = decode_text(data, "a.txt")
    except UnreadableFile:
        return
    assert "\0" not in text
    assert "\r" not in text
    text.encode("utf-8")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 \n", b"PK\x03\x04rest", b"\x89PNG\r\n", bytes(range(256)) * 20]
)
def test_other_formats_under_a_text_name_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="upload"):
        decode_text(data, "a.txt")


def test_line_ends_become_one_kind_and_controls_go() -> None:
    assert clean_text("a\r\nb\rc\x00d\x0ce\ud800") == "a\nb\ncd\ne\ufffd"


def test_what_was_noted_is_the_notice_once_and_within_bounds() -> None:
    builder = DocumentBuilder("a", Limits())
    builder.add("text", BlockKind.PARAGRAPH)
    assert builder.build().notice is None
    builder.note("")
    builder.note("One  chart\nwas not read.")
    builder.note("One chart was not read.")
    assert builder.build().notice == "One chart was not read."
    for number in range(100):
        builder.note(f"Part {number} was not read.")
    notice = builder.build().notice or ""
    assert notice.endswith("Part 10 was not read. And 89 more.")
