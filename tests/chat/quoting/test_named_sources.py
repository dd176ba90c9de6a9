"""A name that tells documents apart is missed where none has it; one that is a frame is not."""

from collections.abc import Mapping

import pytest
from tests.support.chat import make_snippet

from lodgepole.chat.quoting.named_sources import NamedSources
from lodgepole.chat.quoting.quotes import quotes_of
from lodgepole.model import FileExcerpt, Source

SPEECH = "I promised to mend the bridges. My administration has hired nurses. I am your mayor."


def named(
    question: str, *texts: str, excerpts: Mapping[str, FileExcerpt] | None = None
) -> NamedSources:
    sources = [Source(number=n, snippet=make_snippet(t)) for n, t in enumerate(texts, start=1)]
    return NamedSources.of(question, sources, excerpts or {})


def texts(names: object) -> list[str]:
    return [name.text for name in names]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "question",
    [
        "How many nurses did Mayor Jensen hire?",
        "According to Lars Jensen, how many nurses were hired?",
        "What did Jensen say about bridges?",
        "What does Jensen's speech promise?",
    ],
)
def test_who_speaks_is_only_the_frame(question: str) -> None:
    told = named(question, SPEECH)
    assert not told.missing
    assert len(told.framing) == 1
    assert "Jensen" not in told.question


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many shops did Tallgrass run?", "We ran 40 shops."),  # a firm that says `we`
        ("What did Jensen say about bridges?", "The bridges of the city are old."),
        ("How many nurses did Mayor Jensen hire?", "I met Mayor Olsen. I hired nurses."),
        ("How much does the Gold plan include?", SPEECH),
    ],
)
def test_a_name_that_tells_documents_apart_is_missing(question: str, text: str) -> None:
    told = named(question, text)
    assert told.missing
    assert not told.framing
    assert told.question == question


def test_what_stands_elsewhere_in_the_file_is_not_missing() -> None:
    question = "What did Oona Lind say about the clock?"
    excerpts = {"f": FileExcerpt("Reports", "the manager Oona Lind said")}
    assert texts(named(question, "The clock stood still.").missing) == ["Oona Lind"]
    assert not named(question, "The clock stood still.", excerpts=excerpts).missing


def test_a_file_that_begins_with_a_name_is_about_it() -> None:
    question = "When is the canteen of Tallgrass open in 2019?"
    source = Source(number=1, snippet=make_snippet("The canteen is open at noon."))
    (quote,) = quotes_of(source)
    other = Source(number=2, snippet=make_snippet("Tallgrass closed it in 2019."))
    file = source.snippet.file.id
    excerpts = {file: FileExcerpt("Rules of Tallgrass 2019", "")}
    assert texts(NamedSources.of(question, [source, other], {}).unsaid([quote])) == [
        "2019",
        "Tallgrass",
    ]
    told = NamedSources.of(question, [source, other], excerpts)
    assert texts(told.unsaid([quote])) == ["2019"]  # a year is told by what is quoted
    assert told.unsaid([]) == ()


def test_without_names_or_sources_nothing_is_looked_for() -> None:
    assert named("how long is it?", "It is long.").names == ()
    assert named("Who leads Tallgrass?").missing == ()
