"""What questions ask of whole documents, and which ask nothing of the kind."""

import pytest

from lodgepole.chat.whole_documents.document_questions import LAST_PAGE, Gist, asked_gist


@pytest.mark.parametrize(
    "question",
    [
        "What is this document about?", "Summarise it please", "Give me a brief summary.",
        "What are the main points?", "tl;dr", "What does this file contain?",
        "Worum geht es in diesem Dokument?", "Fasse das Dokument kurz zusammen.",
        "De quoi parle ce document ?", "Résume le document", "¿De qué trata el documento?",
        "Di cosa parla il documento?", "Do que trata o documento?", "Waar gaat dit document over?",
        "Vad handlar dokumentet om?", "О чём этот документ?", "Про що цей документ?",
        "この文書を要約してください", "这个文档讲了什么？", "이 문서를 요약해 주세요",
        "لخص المستند",
        "Belgeyi özetle", "Tóm tắt tài liệu này",
    ],
)  # fmt: skip
def test_the_gist_of_what_is_not_named(question: str) -> None:
    gist = asked_gist(question)
    assert gist is not None
    assert (gist.kind, gist.rest) == ("outline", frozenset())


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("What does page 2 say?", (2,)), ("What is on page 12?", (12,)), ("Show me page 3", (3,)),
        ("Was steht auf Seite 4?", (4,)), ("Que dit la page 5 ?", (5,)),
        ("¿Qué dice la página 6?", (6,)), ("Cosa dice la pagina 7?", (7,)),
        ("Wat staat er op pagina 8?", (8,)), ("Что написано на странице 9?", (9,)),
        ("3ページには何が書かれていますか", (3,)), ("第3页写了什么", (3,)),
        ("5페이지에 무엇이 있나요", (5,)),
        ("What do pages 2-4 say?", (2, 3, 4)), ("What is on pages 2 and 3?", (2, 3)),
        ("What is on the first page?", (1,)), ("What does the last page say?", (LAST_PAGE,)),
        ("What does page two say?", (2,)), ("What do pages 1 to 900 say?", (1, 2, 3, 4)),
    ],
)  # fmt: skip
def test_pages(question: str, pages: tuple[int, ...]) -> None:
    gist = asked_gist(question)
    assert gist is not None
    assert (gist.kind, gist.pages, gist.rest) == ("page", pages, frozenset())


@pytest.mark.parametrize(
    ("question", "number", "title"),
    [
        ("What is in section 3?", "3", set()), ("What does clause 4.2 say?", "4.2", set()),
        ("Was steht in Abschnitt 5?", "5", set()), ("What does § 7 say?", "7", set()),
        ("Que dit le chapitre 2 ?", "2", set()), ("第3章には何がありますか", "3", set()),
        ("What does the chapter on pruning say?", "", {"prune"}),
        ("What is in the 'Winter water' section?", "", {"winter", "water"}),
    ],
)  # fmt: skip
def test_sections(question: str, number: str, title: set[str]) -> None:
    gist = asked_gist(question)
    assert gist is not None
    assert (gist.kind, gist.number) == ("section", number)
    assert {stem[:5] for stem in gist.title} == {word[:5] for word in title}


def test_what_follows_of_is_the_file_and_no_part_of_the_title() -> None:
    gist = asked_gist("What does the chapter on pruning in the orchard guide say?")
    assert gist is not None
    assert len(gist.title) == 1
    assert len(gist.rest) == 2


@pytest.mark.parametrize(
    "question",
    [
        "What files do you have?", "Which documents are there?", "List all files",
        "How many documents have I uploaded?", "Welche Dateien gibt es?",
        "Quels fichiers avez-vous ?", "¿Qué archivos tienes?", "Quali documenti ci sono?",
        "Welke bestanden zijn er?", "Какие файлы есть?", "どんなファイルがありますか？",
        "Welche Dokumente hast du?", "有哪些文件？",
    ],
)  # fmt: skip
def test_which_files_there_are(question: str) -> None:
    assert asked_gist(question) == Gist("files")


@pytest.mark.parametrize(
    "question",
    [
        "Give me an overview of all files", "Summarise the documents", "Summarise everything",
        "What are these documents about?", "Fasse alle Dokumente zusammen",
        "Résume tous les documents",
    ],
)  # fmt: skip
def test_all_files(question: str) -> None:
    gist = asked_gist(question)
    assert gist is not None
    assert gist.kind == "everything"


@pytest.mark.parametrize(
    "question",
    [
        "How tall is the hedge?", "Who wrote the page about hedges?", "When is the water on?",
        "Which documents mention hedges?", "What was decided on the shed?",
        "Wer hat unterschrieben?",
        "How many pages may a letter have?", "", "?", "page", "Seite 2", "section",
    ],
)  # fmt: skip
def test_other_questions(question: str) -> None:
    assert asked_gist(question) is None


def test_what_else_is_asked_of_a_page_is_kept() -> None:
    gist = asked_gist("What did Ibsen sign on page 2?")
    assert gist is not None
    assert len(gist.rest) == 2


def test_this_points_at_what_need_not_be_named() -> None:
    gist, other = (asked_gist(f"What is {one} lease about?") for one in ("this", "the Bergen"))
    assert gist is not None
    assert other is not None
    assert (gist.points, other.points) == (True, False)
