from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.support.retrieval import file_named, hit, keyed, passages_of

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.model import Passage, PassageKey, Snippet
from lodgepole.retrieval.snippet_packing import Growth, neighbourhood, pack

ONE, TWO = file_named("one"), file_named("two")
FILES = {ONE.version: ONE, TWO.version: TWO}
TEXT = " ".join(f"w{i}" for i in range(1000))
GROWTH = Growth(first=30, others=20, merged=60, first_count=1)


def packed(
    *hits_: tuple[int, float],
    size: int = 10,
    per_page: int = 0,
    top_k: int = 16,
    snippet_tokens: int = 2048,
    budget_tokens: int | None = None,
    section: int = 0,
) -> list[Snippet]:
    passages = keyed(ONE, passages_of(TEXT, size, per_page=per_page, section=section))
    return pack(
        [hit(ONE.version, ordinal, score) for ordinal, score in hits_],
        passages, FILES, MemoryTokenizer(), top_k=top_k, snippet_tokens=snippet_tokens,
        budget_tokens=budget_tokens, growth=GROWTH,
    )  # fmt: skip


def test_a_hit_grows_to_both_sides_up_to_its_size() -> None:
    (snippet,) = packed((5, 1.0))
    assert (snippet.tokens, snippet.start) == (30, TEXT.index("w40 "))
    assert snippet.text == TEXT[snippet.start : snippet.end]
    assert snippet.text.startswith("w40 ")
    assert snippet.text.endswith(" w69")


def test_hits_after_the_first_grow_less() -> None:
    first, second = packed((5, 2.0), (50, 1.0))
    assert (first.tokens, second.tokens) == (30, 20)
    assert first.score > second.score


def test_growth_goes_towards_the_better_neighbour() -> None:
    _, second = packed((50, 3.0), (20, 2.0), (19, 1.0), (21, 0.5))
    assert second.text.startswith("w190 ")


def test_touching_snippets_become_one_in_the_place_of_the_better() -> None:
    snippets = packed((5, 3.0), (50, 2.0), (8, 1.0), (7, 0.5))
    assert [snippet.tokens for snippet in snippets] == [50, 20]
    assert snippets[0].text == TEXT[snippets[0].start : snippets[0].end]


def test_a_merged_snippet_stays_within_its_size() -> None:
    snippets = packed((5, 4.0), (7, 3.0), (9, 2.0), (11, 1.0))
    assert max(snippet.tokens for snippet in snippets) <= GROWTH.merged
    assert len(snippets) == 2


def test_a_passage_over_the_limit_is_cut() -> None:
    (snippet,) = packed((0, 1.0), size=900, snippet_tokens=512)
    assert snippet.tokens == 512
    assert snippet.text == TEXT[: snippet.end]
    assert MemoryTokenizer().count(snippet.text) == 512


def test_pages_are_those_of_the_text_with_their_places_in_it() -> None:
    (snippet,) = packed((5, 1.0), per_page=3)
    assert snippet.pages == (2, 3)
    assert snippet.page_starts == ((2, 0), (3, snippet.text.index("w60")))
    assert snippet.heading_path == ()


def test_what_stands_between_passages_is_shown_and_counted() -> None:
    passages = [replace(p, gap=" Page 1 of 2 ") for p in passages_of(TEXT, 10)]
    hits = [hit(ONE.version, ordinal, score) for ordinal, score in ((5, 2.0), (8, 1.0), (7, 0.5))]
    first, second = pack(
        hits, keyed(ONE, passages), FILES, MemoryTokenizer(), top_k=9, snippet_tokens=60,
        growth=GROWTH,
    )  # fmt: skip
    assert "w59 Page 1 of 2 w60" in first.text
    assert {first.text[a:b] for a, b in first.running} == {" Page 1 of 2 "}
    assert (len(first.running), second.running) == (2, ())
    assert (first.tokens, second.tokens) == (3 * 10 + 2 * 4, 10)
    assert first.tokens == MemoryTokenizer().count(first.text)


def test_kinds_without_pages_have_none() -> None:
    (snippet,) = packed((5, 1.0))
    assert (snippet.pages, snippet.page_starts) == ((), ())


def test_top_k_counts_snippets_not_hits() -> None:
    assert len(packed(*((ordinal, 9.0 - ordinal / 100) for ordinal in range(100)), top_k=3)) == 3


def test_a_budget_ends_the_list_before_it_is_overdrawn() -> None:
    hits = [(0, 9.0), (20, 8.0), (40, 7.0), (60, 6.0)]
    assert [snippet.tokens for snippet in packed(*hits, budget_tokens=55)] == [30, 20]
    (only,) = packed(*hits, budget_tokens=7)
    assert only.tokens == 7


def test_hits_whose_passages_are_gone_are_passed_over() -> None:
    assert [snippet.start for snippet in packed((5000, 9.0), (0, 1.0))] == [0]


def test_files_do_not_touch_each_other() -> None:
    short = passages_of("a b c", 3)
    passages = {**keyed(ONE, short), **keyed(TWO, short)}
    hits = [hit(ONE.version, 0, 2.0), hit(TWO.version, 0, 1.0)]
    found = pack(hits, passages, FILES, MemoryTokenizer(), top_k=9, snippet_tokens=99)
    assert [snippet.file.id for snippet in found] == ["one", "two"]


@given(
    st.lists(
        st.tuples(st.integers(0, 99), st.floats(-5, 5)), max_size=40, unique_by=lambda h: h[0]
    ),
    st.integers(1, 64),
    st.integers(5, 80),
    st.none() | st.integers(1, 300),
)
def test_snippets_are_verbatim_disjoint_and_within_every_limit(
    hits: list[tuple[int, float]], top_k: int, snippet_tokens: int, budget: int | None
) -> None:
    hits = sorted(hits, key=lambda item: -item[1])
    snippets = packed(
        *hits, top_k=top_k, snippet_tokens=snippet_tokens, budget_tokens=budget, per_page=4
    )
    assert len(snippets) <= top_k
    assert bool(snippets) == bool(hits)
    assert sum(s.tokens for s in snippets) <= (budget or 10**9)
    assert [s.score for s in snippets] == sorted((s.score for s in snippets), reverse=True)
    places = sorted((s.start, s.end) for s in snippets)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    for snippet in snippets:
        assert snippet.text == TEXT[snippet.start : snippet.end]
        assert 0 < snippet.tokens <= snippet_tokens
        assert snippet.tokens == len(snippet.text.split())
        assert 0.0 <= snippet.score <= 1.0
        assert snippet.pages == tuple(page for page, _ in snippet.page_starts)


def test_growth_ends_where_the_section_ends() -> None:
    (snippet,) = packed((5, 1.0), section=5)
    assert snippet.text.startswith("w50 ")
    assert snippet.text.endswith(" w79")
    assert snippet.heading_path == ("Part 1",)


def test_the_neighbourhood_covers_all_that_growth_may_reach() -> None:
    far = [hit(ONE.version, 2, 1.0)]
    near = [hit(ONE.version, 100 * i, 1.0) for i in range(1, 10)]
    keys = neighbourhood([*far, *near], Growth(reach=4, reach_others=1, first_count=1, lists=0))
    assert {key.ordinal for key in keys if key.ordinal < 50} == set(range(7))
    assert {key.ordinal for key in keys if key.ordinal > 850} == {899, 900, 901}


def test_a_snippet_from_the_middle_of_a_table_has_the_names_of_its_columns() -> None:
    rows = "\n".join(f"Berth {n} | {n}0 | {n}" for n in range(30, 60))
    passage = Passage(
        ordinal=3, start=500, end=500 + len(rows), text=rows, page=None, tokens=90,
        heading_path=("Berths",), header="a.html\nBerths\nBerth | Length | Depth\nBerth 1 | 10 | 1",
    )  # fmt: skip
    key = PassageKey(ONE.version, 3)

    def snippet(passage: Passage, most: int = 2048) -> Snippet:
        (made,) = pack(
            [hit(ONE.version, 3, 1.0)], {key: passage}, FILES, MemoryTokenizer(), top_k=1,
            snippet_tokens=most,
        )  # fmt: skip
        return made

    assert snippet(passage).table_head == "Berth | Length | Depth"
    assert snippet(passage).text == rows
    assert snippet(passage).tokens > passage.tokens
    assert snippet(passage, most=90).table_head == ""
    data = replace(passage, header="a.html\nBerths\nBerth 1 | 10 | 1\nBerth 2 | 20 | 2")
    assert snippet(data).table_head == ""
    marked = replace(passage, header="a.md\nBerths\n| Berth | Length | Depth |\n|---|---|---|")
    assert snippet(marked).table_head == "| Berth | Length | Depth |"


def test_a_list_that_a_snippet_would_cut_is_taken_to_its_end() -> None:
    items = [f"- rule {n} of the house" for n in range(6)]
    texts = ["The rules are as follows:", *items, "The house is old and cold."]
    passages, at = {}, 0
    for ordinal, text in enumerate(texts):
        passages[PassageKey(ONE.version, ordinal)] = Passage(
            ordinal=ordinal, start=at, end=at + len(text), text=text, page=None, tokens=6, gap="\n"
        )
        at += len(text) + 1
    growth = Growth(first=18, merged=100, lists=2)
    (snippet,) = pack(
        [hit(ONE.version, 3, 1.0)], passages, FILES, MemoryTokenizer(), top_k=4,
        snippet_tokens=100, growth=growth,
    )  # fmt: skip
    assert snippet.text.split("\n") == texts[:7]
    (small,) = pack(
        [hit(ONE.version, 3, 1.0)], passages, FILES, MemoryTokenizer(), top_k=4,
        snippet_tokens=20, growth=growth,
    )  # fmt: skip
    assert small.text.split("\n") == texts[2:5]


CUT = ["It is old. Guests pay", "at the door. They need:", "- a lamp", "- a towel", "It is far."]


def quoted(*ordinals, merged=60):
    passages, at = [], 0
    for ordinal, text in enumerate(CUT):
        passages.append(
            Passage(
                ordinal=ordinal, start=at, end=at + len(text), text=text, page=ordinal + 1,
                heading_path=(f"Part {ordinal // 4}",), header="", tokens=len(text.split()),
                gap="\n\n",
            )
        )  # fmt: skip
        at += len(text) + 2
    return pack(
        [hit(ONE.version, ordinal, 9.0 - n) for n, ordinal in enumerate(ordinals)],
        keyed(ONE, passages), FILES, MemoryTokenizer(), top_k=16, snippet_tokens=2048,
        growth=Growth(first=1, others=1, merged=merged, first_count=1, lists=3, quoted=True),
    )  # fmt: skip


def test_what_is_quoted_grows_over_the_sentence_and_the_list_that_it_would_cut() -> None:
    (snippet,) = quoted(1)
    assert snippet.text == "\n\n".join(CUT[:4])
    assert snippet.pages == (1, 2, 3, 4)
    assert [s.text for s in quoted(4)] == ["It is far."]


def test_what_is_quoted_takes_in_the_snippet_that_has_its_rest() -> None:
    assert [s.text for s in quoted(4, 1, 2)] == ["It is far.", "\n\n".join(CUT[:4])]
    assert all(s.tokens <= 8 for s in quoted(4, 1, 2, merged=8))


def test_a_snippet_tells_the_headings_over_its_parts() -> None:
    passages = keyed(ONE, passages_of(TEXT, 10, section=2))
    (snippet,) = pack(
        [hit(ONE.version, ordinal, 5.0 - ordinal) for ordinal in range(4)], passages, FILES,
        MemoryTokenizer(), top_k=2, snippet_tokens=2048, growth=GROWTH,
    )  # fmt: skip
    first, second = snippet.sections
    assert first[0] == 0
    assert snippet.text[second[0] :].startswith("w20 ")
    assert first[1] != second[1]
