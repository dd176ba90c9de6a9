"""Markers become checked citations, however the model's text is cut into pieces."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.chat import make_snippet, make_sources

from lodgepole.chat.citing.citation_markers import shield
from lodgepole.chat.citing.citations import LONGEST_SENTENCE, LONGEST_SPACE, Citer
from lodgepole.model import AnswerCitation, AnswerText, Figure, Source

SOURCES = make_sources(
    "Paris is the capital of France. It has 2,100,000 inhabitants.\n"
    "The river Seine flows through Paris and its suburbs.",
    "Madrid is the capital of Spain.",
    "The plan does not cover dental care. Vision care is covered up to $500 a year.",
)


def cite(text, sources=SOURCES, chunks=None, **options):
    citer = Citer(sources, **options)
    events = []
    for piece in chunks or [text]:
        events += citer.feed(piece)
    events += citer.close()
    return events, citer


def answer_of(events):
    return "".join(e.text for e in events if isinstance(e, AnswerText))


def cited(events):
    """`(text the citation stands behind, file names)` for each citation."""
    answer = answer_of(events)
    return [
        (
            answer[: e.citation.position],
            [r.file.upload.name for r in e.citation.references],
        )
        for e in events
        if isinstance(e, AnswerCitation)
    ]


def merged(events):
    out = []
    for e in events:
        if isinstance(e, AnswerText) and out and isinstance(out[-1], AnswerText):
            out[-1] = AnswerText(out[-1].text + e.text)
        else:
            out.append(e)
    return out


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("Madrid is the capital of Spain [2].", "Madrid is the capital of Spain.", ["file2.txt"]),
        ("Madrid is the capital of Spain. [2]", "Madrid is the capital of Spain.", ["file2.txt"]),
        ("Madrid is the capital of Spain.[2]", "Madrid is the capital of Spain.", ["file2.txt"]),
        ("Madrid is the capital of Spain【2】.", "Madrid is the capital of Spain.", ["file2.txt"]),
        (
            "Madrid is the capital of Spain【2†source】.",
            "Madrid is the capital of Spain.",
            ["file2.txt"],
        ),
        ("Madrid is the capital of Spain [[2]].", "Madrid is the capital of Spain.", ["file2.txt"]),
        ("Madrid is the capital of Spain [^2].", "Madrid is the capital of Spain.", ["file2.txt"]),
        (
            "Madrid is the capital of Spain [source 2].",
            "Madrid is the capital of Spain.",
            ["file2.txt"],
        ),
        ("Madrid [2] is the capital of Spain.", "Madrid is the capital of Spain.", ["file2.txt"]),
        ("Madrid is the capital of Spain [2", "Madrid is the capital of Spain", ["file2.txt"]),
        ("Madrid is the capital of Spain [2.", "Madrid is the capital of Spain.", ["file2.txt"]),
        (
            "Madrid is the capital of Spain [2](https://evil.example/x).",
            "Madrid is the capital of Spain.",
            ["file2.txt"],
        ),
    ],
)
def test_every_spelling_of_a_marker_is_read_and_removed(text, answer, expected):
    events, _ = cite(text)
    assert answer_of(events) == answer
    assert cited(events) == [(answer, expected)]


@pytest.mark.parametrize("marker", ["[1][2]", "[1, 2]", "[1; 2]", "[1-2]", "[1–2]", "[1] [2]"])
def test_several_numbers_make_one_citation(marker):
    sources = make_sources("Madrid is the capital of Spain.", "Spain's capital is Madrid, surely.")
    events, _ = cite(f"Madrid is the capital of Spain {marker}.", sources)
    assert cited(events) == [("Madrid is the capital of Spain.", ["file1.txt", "file2.txt"])]


@pytest.mark.parametrize("marker", ["[99]", "[0]", "[4]", "[7-9]", "[]"])
def test_a_number_that_names_no_source_is_dropped(marker):
    events, _ = cite(f"Madrid is the capital of Spain {marker}.")
    assert cited(events) == []
    if marker != "[]":
        assert answer_of(events) == "Madrid is the capital of Spain."


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx[1] = y[2]\n```",
        "The name is `x[1]`.",
        "In [2023] it was so.",
        "As [someone] said.",
        "It lies in [1, 5) of the line.",
        "See [the site](https://example.org).",
        "One [1 mile] walk.",
    ],
)
def test_what_is_no_marker_stays_in_the_text(text):
    events, _ = cite(text)
    assert answer_of(events) == text
    assert cited(events) == []


def test_a_stray_backtick_does_not_hide_a_marker():
    events, _ = cite("Madrid` is the capital of Spain [2].\nYes.")
    assert answer_of(events) == "Madrid` is the capital of Spain.\nYes."
    assert len(cited(events)) == 1


def test_each_line_of_a_list_is_cited_at_its_own_end():
    events, _ = cite("- Dental care is not covered [3]\n- Madrid is the capital of Spain [2]\n")
    assert [text.rsplit("\n", 1)[-1] for text, _ in cited(events)] == [
        "- Dental care is not covered",
        "- Madrid is the capital of Spain",
    ]


@pytest.mark.parametrize("mark", ["**", "*", "_", '"'])
def test_a_sentence_ends_before_marks_that_open_the_next_one(mark):
    first, second = "Madrid is the capital of Spain", "Paris is the capital of France"
    events, _ = cite(f"{mark}{first}.{mark} [2] {mark}{second}{mark} [1].")
    assert cited(events) == [
        (f"{mark}{first}.{mark}", ["file2.txt"]),
        (f"{mark}{first}.{mark} {mark}{second}{mark}.", ["file1.txt"]),
    ]


def test_a_marker_after_a_sentence_belongs_to_that_sentence_alone():
    events, _ = cite("Madrid is the capital of Spain. [2] Paris is the capital of France. [1]")
    assert cited(events) == [
        ("Madrid is the capital of Spain.", ["file2.txt"]),
        ("Madrid is the capital of Spain. Paris is the capital of France.", ["file1.txt"]),
    ]


@pytest.mark.parametrize(
    "claim",
    [
        "Spain's capital city is Madrid [2].",
        "The capital of France is Paris [1].",
        "Paris has about 2.1 million inhabitants [1].",
        "Dental care isn't covered by the plan [3].",
        "No, dental care is not covered by the plan [3].",
        "Each year, up to $500 of vision care is covered [3].",
        "The Seine runs through the suburbs of Paris [1].",
        'The almanac puts it plainly: "Madrid is the capital of Spain" [2].',
    ],
)
def test_a_paraphrase_is_cited(claim):
    events, citer = cite(claim)
    assert len(cited(events)) == 1, citer.verifications


@pytest.mark.parametrize(
    "claim",
    [
        "Berlin is the capital of Germany [1][2].",
        "Paris has 3,100,000 inhabitants [1].",
        "Dental care is covered by the plan [3].",
        "Vision care is covered up to $700 a year [3].",
        "Madrid is not the capital of Spain [2].",
        "The moon is made of cheese [3].",
        'In 2020 it said that "Madrid is the capital of Spain" [2].',
        'It is not true that "Madrid is the capital of Spain" [2].',
    ],
)
def test_a_claim_that_its_source_does_not_bear_out_is_not_cited(claim):
    events, citer = cite(claim)
    assert cited(events) == [], citer.verifications
    assert {v.kind for v in citer.verifications} == {"rejected"}


def test_words_that_their_own_sentence_denies_are_not_cited_and_those_of_a_clause_are():
    sources = make_sources(
        "It is not true that Madrid is the capital of France.",
        "The kettle has a warranty of two years, but lids have none.",
    )
    events, _ = cite("Madrid is the capital of France [1].", sources)
    assert cited(events) == []
    events, _ = cite("The kettle has a warranty of two years [2].", sources)
    assert len(cited(events)) == 1


def test_a_number_from_the_sentence_before_is_not_cited():
    sources = make_sources("The office opens at nine. The kettle has a warranty of two years.")
    assert cited(cite("The warranty is nine years [1].", sources)[0]) == []
    assert len(cited(cite("The warranty is two years [1].", sources)[0])) == 1


def test_a_verbatim_claim_is_highlighted_with_the_sources_own_characters():
    text = "Intro.\nThe  quick\nbrown fox jumps. Over."
    source = Source(number=1, snippet=make_snippet(text, start=100))
    events, citer = cite("The quick brown fox jumps [1].", (source,))
    (reference,) = next(e for e in events if isinstance(e, AnswerCitation)).citation.references
    assert reference.highlight == "The  quick\nbrown fox jumps."
    assert (reference.start, reference.end) == (107, 107 + len(reference.highlight))
    assert citer.verifications[0].kind == "verbatim"


@pytest.mark.parametrize(
    ("text", "claim", "highlight"),
    [
        ("- **Decision:** alerts a week before.", "Decision: alerts a week before.",
         "**Decision:** alerts a week before."),
        ("(a) Drought: two dry winters.", "(a) Drought: two dry winters.",
         "(a) Drought: two dry winters."),
        ("The budget is **not approved** yet.", "The budget is not approved",
         "The budget is **not approved**"),
        ("He said (late) that the market closed.", "that the market closed.",
         "that the market closed."),
        ("Use `pay-gw` here.", "pay-gw here.", "`pay-gw` here."),
    ],
)  # fmt: skip
def test_a_mark_that_is_opened_or_closed_in_a_highlight_is_whole_in_it(text, claim, highlight):
    source = Source(number=1, snippet=make_snippet(text))
    events, _ = cite(f"{claim} [1]", (source,))
    (reference,) = next(e for e in events if isinstance(e, AnswerCitation)).citation.references
    assert reference.highlight == highlight


@pytest.mark.parametrize(("name", "page"), [("Crash on start", 1), ("Crash at the end", 2)])
def test_words_that_stand_there_twice_are_those_after_what_the_answer_says_before(name, page):
    first, second = "Crash on start\nIts status is open.\n", "Crash at the end\nIts status is open."
    snippet = make_snippet(first + second, pages=(1, 2), page_starts=((1, 0), (2, len(first))))
    events, _ = cite(f"{name}\nIts status is open. [1]", (Source(number=1, snippet=snippet),))
    (reference,) = next(e for e in events if isinstance(e, AnswerCitation)).citation.references
    assert (reference.highlight, reference.pages) == ("Its status is open.", (page,))


def test_sentences_that_stand_there_twice_are_cited_from_one_place():
    said = "Demand fell again. The board met often. The works were visited."
    text = f"One.\n{said}\nTotal 59.6 61.4\n{said}"
    second = text.index("Total")
    source = Source(number=1, snippet=make_snippet(text))
    events, _ = cite("Total 59.6 61.4\n" + said.replace(". ", ". [1] ") + " [1]", (source,))
    places = [e.citation.references[0].start for e in events if isinstance(e, AnswerCitation)]
    assert len(places) == 3
    assert min(places) > second


def test_pages_are_those_of_the_highlight_not_of_the_whole_snippet():
    text = "Paris is large.\nMadrid is the capital of Spain.\nRome is old."
    snippet = make_snippet(text, pages=(4, 5, 6), page_starts=((4, 0), (5, 16), (6, 48)))
    events, _ = cite("Madrid is the capital of Spain [1].", (Source(number=1, snippet=snippet),))
    (reference,) = next(e for e in events if isinstance(e, AnswerCitation)).citation.references
    assert reference.pages == (5,)


def test_references_to_one_file_are_merged():
    a = make_snippet("Madrid is the capital of Spain.", pages=(2,), page_starts=((2, 0),))
    b = make_snippet("The capital of Spain is Madrid.", pages=(1,), page_starts=((1, 0),), start=50)
    sources = (Source(number=1, snippet=a), Source(number=2, snippet=b))
    events, _ = cite("Madrid is the capital of Spain [1][2].", sources)
    (reference,) = next(e for e in events if isinstance(e, AnswerCitation)).citation.references
    assert reference.pages == (1, 2)
    assert reference.highlight == "Madrid is the capital of Spain."


def test_no_highlight_unless_asked_for_and_none_with_figures():
    events, _ = cite("Madrid is the capital of Spain [2].", highlights=False)
    (citation,) = [e for e in events if isinstance(e, AnswerCitation)]
    assert citation.citation.references[0].highlight is None
    figure = Figure(
        page=1, position=0, caption="A", mime_type="image/png", data=b"", width=1, height=1
    )
    snippet = make_snippet("Madrid is the capital of Spain.", figures=(figure,))
    events, _ = cite("Madrid is the capital of Spain [1].", (Source(number=1, snippet=snippet),))
    (citation,) = [e for e in events if isinstance(e, AnswerCitation)]
    assert citation.citation.references[0].highlight is None


def test_a_documents_own_brackets_come_back_as_text_and_cite_nothing():
    quoted = shield("As shown in [2], Madrid is the capital of Spain [1, 2].")
    events, _ = cite(f"{quoted} Indeed.")
    assert answer_of(events) == "As shown in [2], Madrid is the capital of Spain [1, 2]. Indeed."
    assert cited(events) == []


def test_in_json_markers_count_inside_strings_alone():
    text = '{"answer": "Madrid is the capital of Spain [2].", "list": [1, 2], "q": "a \\"[2]\\""}'
    events, _ = cite(text, json=True)
    assert (
        answer_of(events)
        == '{"answer": "Madrid is the capital of Spain.", "list": [1, 2], "q": "a \\"\\""}'
    )
    assert [t[-6:] for t, _ in cited(events)] == ["Spain."]


def test_text_is_passed_on_as_it_comes():
    citer = Citer(SOURCES)
    assert [e.text for e in citer.feed("Madrid is")] == ["Madrid is"]
    assert [e.text for e in citer.feed(" the")] == [" the"]
    assert list(citer.feed(" [")) == []
    assert [e.text for e in citer.feed("x")] == [" [x"]


PIECES = st.lists(
    st.sampled_from(
        [
            "Madrid is the capital of Spain", "Paris", " ", " ", ". ", ".", "\n", "\n\n", "- ",
            "[1]", "[2]", "[2, 3]", "[1-3]", "【1】", "【2†source】", "[", "]", "[1", "2]", "(",
            ")", "`", "```", "~~~\n", "[source 3]", "[^1]", "[[2]]", "[1](", "http://a.b", "⟦1⟧",
            "⟦", "。", "」", "e.g.", "1.", "3.5", "[1.", "?", "and", '"', "\\", "Dental care",
            "[ 1 , 2 ]", "{", "}", ",", "[12", "[2023]", "*", "x", "é", "😀", "†", "no. 1]", "\t",
        ]
    ),
    max_size=25,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(pieces=PIECES, data=st.data(), json=st.booleans())
def test_the_events_do_not_depend_on_how_the_text_is_cut(pieces, data, json):
    text = "".join(pieces)
    whole, _ = cite(text, json=json)
    size = data.draw(st.integers(1, 7))
    cuts = [text[i : i + size] for i in range(0, len(text), size)]
    split, _ = cite(text, chunks=cuts or [""], json=json)
    assert merged(split) == merged(whole)
    assert merged(cite(text, chunks=list(text) or [""], json=json)[0]) == merged(whole)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(pieces=PIECES)
def test_positions_lie_in_the_answer_and_highlights_in_the_source(pieces):
    events, _ = cite("".join(pieces))
    answer = answer_of(events)
    texts = {s.snippet.file.id: s.snippet.text for s in SOURCES}
    sent = 0
    for event in events:
        if isinstance(event, AnswerText):
            assert event.text
            sent += len(event.text)
        else:
            assert 0 < event.citation.position <= sent <= len(answer)
            for r in event.citation.references:
                assert r.highlight
                assert texts[r.file.id][r.start : r.end] == r.highlight


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="[]【】1 2,-–^#source.a\n(;†", max_size=60))
@example(text="[;1]")
@example(text="[ , and [#1]")
@example(text="[" + " " * 57 + "1]")
def test_a_shielded_document_text_never_cites(text):
    events, citer = cite(f"Madrid is the capital of Spain {shield(text)}")
    assert citer.verifications == []
    assert not [e for e in events if isinstance(e, AnswerCitation)]


def test_underscores_within_names_are_not_markup():
    sources = make_sources("The role data_write may upload files. The method __init__ may not.")
    events, _ = cite("The role data_write may _upload_ files. [1]", sources)
    [citation] = [e.citation for e in events if isinstance(e, AnswerCitation)]
    assert citation.references[0].highlight == "The role data_write may upload files."


PLANETS = (
    "Mercury has a year of 88 days.", "Venus turns backwards very slowly.",
    "Earth keeps one large moon.", "Mars shows polar caps of ice.",
    "Jupiter carries a storm wider than Earth.", "Saturn wears bright rings of dust.",
    "Uranus rolls along on its side.", "Neptune blows the fastest winds known.",
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    cuts=st.sets(st.integers(1, len(" ".join(PLANETS)) - 1), max_size=6),
    said=st.lists(st.sampled_from(PLANETS), min_size=1, max_size=6),
    joint=st.sampled_from([" ", "\n", "\n\n- "]),
    before=st.sampled_from([" [1]{stop}", "[1]{stop}", "{stop} [1]", "{stop}[1]"]),
)
def test_each_sentence_is_cited_at_its_end_with_exactly_its_pages(cuts, said, joint, before):
    """Page breaks fall anywhere, within words too."""
    text = " ".join(PLANETS)
    starts = tuple((page, at) for page, at in enumerate((0, *sorted(cuts)), start=7))
    pages = tuple(page for page, _ in starts)
    snippet = make_snippet(text, start=1000, pages=pages, page_starts=starts)
    written = [claim[:-1] + before.format(stop=claim[-1]) for claim in said]
    events, _ = cite(joint.join(written), (Source(number=1, snippet=snippet),))
    answer = answer_of(events)
    assert answer == joint.join(said)
    citations = [e.citation for e in events if isinstance(e, AnswerCitation)]
    assert len(citations) == len(said)
    end = 0
    for claim, citation in zip(said, citations, strict=True):
        end = answer.index(claim, end) + len(claim)
        assert citation.position == end
        (reference,) = citation.references
        begin = text.index(claim)
        held = {max(p for p, at in starts if at <= i) for i in range(begin, begin + len(claim))}
        assert reference.pages == tuple(sorted(held))
        assert reference.highlight == claim
        assert (reference.start, reference.end) == (1000 + begin, 1000 + begin + len(claim))


SAID_NEARLY = "The plan doesn't cover dental care. Paris is the capital of France."


@pytest.mark.parametrize("chunks", [[SAID_NEARLY], list(SAID_NEARLY)])
def test_without_markers_what_a_source_says_is_cited_only_if_asked_for(chunks):
    events, _ = cite(SAID_NEARLY, chunks=chunks)
    assert cited(events) == []
    events, citer = cite(SAID_NEARLY, chunks=chunks, attribute=True)
    assert cited(events) == [
        ("The plan doesn't cover dental care.", ["file3.txt"]),
        (SAID_NEARLY, ["file1.txt"]),
    ]
    assert answer_of(events) == SAID_NEARLY
    assert "rejected" not in {v.kind for v in citer.verifications}


@pytest.mark.parametrize(
    "text",
    [
        "```\nParis is the capital of France.\n```\n",
        "~~~text\nParis is the capital of France.\n```\nMadrid is the capital of Spain.\n~~~",
        "# Paris is the capital of France",
        "| Paris is the capital of France |",
        "Paris is the capital of Spain.",
        "Paris is not the capital of France.",
        "The plan covers dental care.",
        "Paris, they say, has charming suburbs with many visitors.",
        "Paris.",
    ],
)
def test_what_no_source_says_and_what_is_no_sentence_is_not_attributed(text):
    events, _ = cite(text, attribute=True)
    assert cited(events) == []


def test_after_a_marker_nothing_is_attributed():
    text = "It is so [7]. Paris is the capital of France. Madrid is the capital of Spain [2]."
    events, _ = cite(text, attribute=True)
    assert [files for _, files in cited(events)] == [["file2.txt"]]


def test_code_that_is_closed_hides_nothing_after_it():
    events, _ = cite("```\nx\n```\nParis is the capital of France.", attribute=True)
    assert [files for _, files in cited(events)] == [["file1.txt"]]


# --- other styles of naming a source ------------------------------------------------------------

SPAIN = "Madrid is the capital of Spain"
REMOVED = [
    f"{SPAIN} (Source 2).",
    f"{SPAIN} (source: 2).",
    f"{SPAIN} (see source 2).",
    f"{SPAIN} (Quelle 2).",
    f"{SPAIN} (2).",
    f"{SPAIN}. (2)",
    f"{SPAIN} [source: 2].",
    f"{SPAIN} [Source 2].",
    f"{SPAIN} [^2].",
    f"{SPAIN}［2］.",
    f"{SPAIN} ［2］.",
    f"{SPAIN}².",
    f"{SPAIN}.²",
    f"{SPAIN} **[2]**.",
    f"{SPAIN} <source>2</source>.",
    f'{SPAIN} <source number="2"/>.',
    f"{SPAIN} <cite>2</cite>.",
    f"{SPAIN} <sup>2</sup>.",
    f"{SPAIN} <sup>[2]</sup>.",
    f"{SPAIN} [file2.txt].",
    f"{SPAIN} [File2.txt, p. 3].",
    f"{SPAIN} [file2, page 1].",
    f"{SPAIN}【2†source】.",
]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("text", REMOVED)
def test_each_style_of_small_models_is_a_citation_and_leaves_the_answer(text, size):
    events, _ = cite(text, chunks=[text[i : i + size] for i in range(0, len(text), size)])
    assert answer_of(events) == f"{SPAIN}."
    assert [files for _, files in cited(events)] == [["file2.txt"]]


@pytest.mark.parametrize(
    "text",
    [
        "The plan allows three (3) visits.",
        "It weighs 4 kg (2).",
        "The area is 25 m².",
        "It is 10² times larger.",
        "See equation (2).",
        "According to § 5 (2).",
        "(1) Open the lid. (2) Close it.",
        "Cheese is made of milk (2).",
        "The moon is made of cheese².",
        "Use f(2) and g<2> here.",
        "x <source>code</source> y",
        "**Bold** and *soft* words, 2 * 3 * 4.",
        "[file9.txt] is another file.",
        "Call (2) or (3) times",
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_what_only_looks_like_another_style_stays_in_the_answer(text, size):
    events, _ = cite(text, chunks=[text[i : i + size] for i in range(0, len(text), size)])
    assert answer_of(events) == text
    assert cited(events) == []


def test_once_brackets_are_used_a_number_in_parentheses_is_text():
    events, _ = cite(f"Vision care is covered up to $500 a year [3]. {SPAIN} (2).")
    assert answer_of(events).endswith(f"{SPAIN} (2).")


@pytest.mark.parametrize("said", ["According to Source 2, ", "As source 2 says, "])
def test_a_source_that_a_sentence_speaks_of_is_cited_and_its_words_stay(said):
    text = f"{said}{SPAIN}."
    events, _ = cite(text)
    assert answer_of(events) == text
    assert [files for _, files in cited(events)] == [["file2.txt"]]


def test_a_wrong_number_behind_a_true_sentence_leads_to_the_source_that_says_it():
    events, _ = cite(f"{SPAIN} [1].")
    assert [files for _, files in cited(events)] == [["file2.txt"]]


@pytest.mark.parametrize("end", ["[2][3]", "Sources: [2], [3]", "**Sources:** [2] [3]"])
def test_sources_named_at_the_end_alone_are_cited_where_they_belong(end):
    text = f"{SPAIN}. Vision care is covered up to $500 a year. The moon is cheese.\n\n{end}"
    events, _ = cite(text)
    found = cited(events)
    assert [files for _, files in found] == [["file2.txt"], ["file3.txt"]]
    assert [before for before, _ in found] == [
        f"{SPAIN}.",
        f"{SPAIN}. Vision care is covered up to $500 a year.",
    ]


FORM = """[x] I accept the statutes
[ ] I want a locker
Day:  [ ] Monday  [x] Thursday
☐ I smoke a pipe"""


@pytest.mark.parametrize(
    ("claim", "borne_out"),
    [
        ("The member accepts the statutes [1].", True),
        ("The member wants a locker [1].", False),
        ("The member does not want a locker [1].", True),
        ("The day is Monday [1].", False),
        ("The day is Thursday [1].", True),
        ("The member smokes a pipe [1].", False),
    ],
)
def test_a_box_that_is_not_ticked_bears_nothing_out(claim, borne_out):
    events, _ = cite(claim, make_sources(FORM))
    assert bool(cited(events)) == borne_out


def test_white_space_without_an_end_is_not_held_back() -> None:
    citer = Citer(make_sources("The harbour was built in 1310."))
    events = [*citer.feed("Yes." + " " * 3 * LONGEST_SPACE), *citer.feed("No."), *citer.close()]
    written = "".join(event.text for event in events if isinstance(event, AnswerText))
    assert written == "Yes." + " " * 3 * LONGEST_SPACE + "No."


def test_a_sentence_without_an_end_is_checked_up_to_a_length() -> None:
    said = "The harbour was built in 1310. "
    events, _ = cite("a " * LONGEST_SENTENCE + f"\n{said}[1]", make_sources(said))
    assert [type(event) for event in events].count(AnswerCitation) == 1
