"""Packs ranked passages into snippets: grown around hits, merged where they touch. Pure.

A snippet is a run of neighbouring passages of one file version. It grows only within the section
of its hit; hits of two sections share a snippet when they touch. No text is in two snippets.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lodgepole.documents.table_heads import ROWS_LOOKED_AT, find_head
from lodgepole.documents.tables import CELL_GAP
from lodgepole.model import File, FileVersion, Hit, Passage, PassageKey, Snippet
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.fusion import sigmoid
from lodgepole.retrieval.unfinished_lists import goes_on, is_cut

_RULED = re.compile(r"[|:\-\s]+")  # the line below the head of a table in Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How far snippets grow, in tokens; chosen by recall within a budget of 4,000 tokens."""

    first: int = 640  # each of the first four
    others: int = 128  # a passage of usual size stays alone
    merged: int = 1024  # several that touch
    first_count: int = 4
    reach: int = 4  # neighbours to either side that the first few may grow into
    reach_others: int = 1
    lists: int = 2  # further neighbours of the first few, where a list goes on there
    quoted: bool = False  # none may end within a sentence, or begin or end within a list


DEFAULT_GROWTH = Growth()
QUOTED_GROWTH = Growth(merged=1536, lists=3, quoted=True)
"""For answers that quote, in whose snippets all must be that is shown: what follows a lead-in, the
rest of a sentence. There is no model's window to be spared, only the time that sentences take."""


@dataclass(slots=True)
class _Run:
    """Passages `[first, last]` of a version, under construction."""

    version: FileVersion
    first: int
    last: int
    tokens: int
    score: float


@dataclass(slots=True)
class _Taken:
    """Which passages are in some run already."""

    runs: dict[PassageKey, _Run] = field(default_factory=dict)

    def add(self, run: _Run, ordinals: Iterable[int]) -> None:
        for ordinal in ordinals:
            self.runs[PassageKey(run.version, ordinal)] = run

    def holds(self, run: _Run) -> bool:
        """Whether its passages were not taken in by another run."""
        return self.at(run.version, run.first) is run

    def at(self, version: FileVersion, ordinal: int) -> _Run | None:
        return self.runs.get(PassageKey(version, ordinal))


def neighbourhood(hits: Sequence[Hit], growth: Growth = DEFAULT_GROWTH) -> set[PassageKey]:
    """Keys of all passages that `pack` may want for these hits, themselves included."""
    # Hits inside an earlier snippet make none, so the first few snippets may be of later hits.
    far = 2 * growth.first_count
    keys: set[PassageKey] = set()
    for rank, hit in enumerate(hits):
        reach = growth.reach if rank < far else growth.reach_others
        reach += growth.lists if rank < far or growth.quoted else 0
        version, middle = hit.key.version, hit.key.ordinal
        keys.update(
            PassageKey(version, ordinal)
            for ordinal in range(max(0, middle - reach), middle + reach + 1)
        )
    return keys


def pack(
    hits: Sequence[Hit],
    passages: Mapping[PassageKey, Passage],
    files: Mapping[FileVersion, File],
    tokenizer: Tokenizer,
    *,
    top_k: int,
    snippet_tokens: int,
    budget_tokens: int | None = None,
    growth: Growth = DEFAULT_GROWTH,
) -> list[Snippet]:
    """At most `top_k` snippets, best first, of at most `snippet_tokens` tokens each.

    Args:
        hits: Best first.
        passages: What the index holds of `neighbourhood(hits)`; hits not in it are passed over.
        files: The file of every version in `hits`.
        tokenizer: Cuts a single passage that is over the limit by itself.
        top_k: The most snippets.
        snippet_tokens: The most tokens of one snippet.
        budget_tokens: The most tokens of all together; the last that fits only partly is left
            out, except that the first snippet is shortened to fit.
        growth: How far snippets grow below their limit.
    """
    taken = _Taken()
    largest = min(growth.merged, snippet_tokens)
    runs: list[_Run] = []
    scores = {hit.key: hit.score for hit in hits}
    for hit in hits:
        if len(runs) == top_k:
            break
        if hit.key not in passages or hit.key in taken.runs:
            continue
        size = growth.first if len(runs) < growth.first_count else growth.others
        size = min(size, snippet_tokens)
        run = _grown(hit, passages, taken, scores, size=size, tokenizer=tokenizer)
        if not _merged(run, passages, taken, largest, tokenizer):
            runs.append(run)
            taken.add(run, range(run.first, run.last + 1))
    for run in runs if growth.quoted else runs[: growth.first_count]:
        if taken.holds(run):
            _complete(run, passages, taken, tokenizer, growth=growth, size=largest)
    runs = [run for run in runs if taken.holds(run)]
    snippets = (_snippet(run, passages, files, tokenizer, snippet_tokens) for run in runs)
    if budget_tokens is None:
        return list(snippets)
    return _within(snippets, budget_tokens, tokenizer)


def _grown(
    hit: Hit,
    passages: Mapping[PassageKey, Passage],
    taken: _Taken,
    scores: Mapping[PassageKey, float],
    *,
    size: int,
    tokenizer: Tokenizer,
) -> _Run:
    """The hit with neighbours of its section, the better scored first, while they fit `size`."""
    version, middle = hit.key.version, hit.key.ordinal
    section = passages[hit.key].heading_path
    run = _Run(version, middle, middle, passages[hit.key].tokens, hit.score)
    while True:
        sides = [PassageKey(version, run.last + 1), PassageKey(version, run.first - 1)]
        added = {
            key: passages[key].tokens
            + _gap_tokens(passages[min(key, PassageKey(version, run.last))], tokenizer)
            for key in sides
            if key in passages
        }
        free = [
            key
            for key in sides
            if key in passages
            and key not in taken.runs
            and passages[key].heading_path == section
            and run.tokens + added[key] <= size
        ]
        if not free:
            return run
        # Without scores to tell, grow evenly, forward first: answers follow what names them.
        best = max(
            free,
            key=lambda key: (
                scores.get(key, float("-inf")),
                -abs(key.ordinal - middle),
                key.ordinal > middle,
            ),
        )
        run.first, run.last = min(run.first, best.ordinal), max(run.last, best.ordinal)
        run.tokens += added[best]


def _complete(
    run: _Run,
    passages: Mapping[PassageKey, Passage],
    taken: _Taken,
    tokenizer: Tokenizer,
    *,
    growth: Growth,
    size: int,
) -> None:
    """Grow the run over the rest of a list, a table or a sentence that it would cut.

    Where quotes are wanted, it takes in another run in which the rest is.
    """
    for side in (1, -1):
        for _ in range(growth.lists):
            edge = run.last if side > 0 else run.first
            here = passages[PassageKey(run.version, edge)]
            key = PassageKey(run.version, edge + side)
            other = taken.runs.get(key)
            if key not in passages or (other is not None and not growth.quoted):
                break
            first, second = (here, passages[key]) if side > 0 else (passages[key], here)
            more = other or _Run(
                run.version, key.ordinal, key.ordinal, passages[key].tokens, run.score
            )
            tokens = run.tokens + more.tokens + _gap_tokens(first, tokenizer)
            if tokens > size or not _needs(first, second, growth):
                break
            run.first, run.last = min(run.first, more.first), max(run.last, more.last)
            run.tokens = tokens
            taken.add(run, range(more.first, more.last + 1))


def _needs(first: Passage, second: Passage, growth: Growth) -> bool:
    """Whether one of two neighbours is not whole without the other."""
    if goes_on(first.text, second.text):
        return True
    return growth.quoted and is_cut(first.text, first.gap, second.text)


def _gap_tokens(passage: Passage, tokenizer: Tokenizer) -> int:
    """What it costs to show what stands between a passage and the next."""
    return tokenizer.count(passage.gap) if passage.gap.strip() else 0


def _merged(
    run: _Run,
    passages: Mapping[PassageKey, Passage],
    taken: _Taken,
    size: int,
    tokenizer: Tokenizer,
) -> bool:
    """Whether `run` became part of an earlier one that it touches."""
    for ordinal in (run.first - 1, run.last + 1):
        other = taken.at(run.version, ordinal)
        if other is None:
            continue
        before = PassageKey(run.version, min(ordinal, run.last))
        between = _gap_tokens(passages[before], tokenizer)
        if other.tokens + between + run.tokens <= size:
            taken.add(other, range(run.first, run.last + 1))
            other.first, other.last = min(other.first, run.first), max(other.last, run.last)
            other.tokens += between + run.tokens
            return True
    return False


def _snippet(
    run: _Run,
    passages: Mapping[PassageKey, Passage],
    files: Mapping[FileVersion, File],
    tokenizer: Tokenizer,
    snippet_tokens: int,
) -> Snippet:
    members = [
        passages[PassageKey(run.version, ordinal)] for ordinal in range(run.first, run.last + 1)
    ]
    start = members[0].start
    text = "".join(passage.text + passage.gap for passage in members[:-1]) + members[-1].text
    starts: dict[int, int] = {}
    for passage in members:
        if passage.page is not None:
            starts.setdefault(passage.page, passage.start - start)
    snippet = Snippet(
        file=files[run.version],
        text=text,
        start=start,
        end=start + len(text),
        pages=tuple(sorted(starts)),
        score=sigmoid(run.score),
        tokens=run.tokens,
        page_starts=tuple(starts.items()),
        heading_path=members[0].heading_path,
        running=tuple(_running(members)),
        sections=tuple(_sections(members)),
    )
    if run.tokens > snippet_tokens:
        return _cut(snippet, snippet_tokens, tokenizer)
    head = table_head(members[0])
    tokens = run.tokens + (tokenizer.count(head) if head else 0)
    if not head or tokens > snippet_tokens:
        return snippet
    return replace(snippet, table_head=head, tokens=tokens)


def table_head(passage: Passage) -> str:
    """The rows that name the columns of the table in the middle of which a passage begins."""
    above = passage.header.split("\n")[1 + len(set(passage.heading_path)) :]
    lines = [line for line in above if CELL_GAP in line and _RULED.fullmatch(line) is None]
    first = passage.text.split("\n", ROWS_LOOKED_AT)[:ROWS_LOOKED_AT]
    rows = [_cells(line) for line in (*lines, *first)]
    head = find_head(rows) if lines else None
    if head is None or head.end > len(lines):
        return ""
    return "\n".join(lines[head.start : head.end])


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _running(members: Sequence[Passage]) -> Iterator[tuple[int, int]]:
    """What stands between the passages and is no white space, within their text."""
    at = 0
    for passage in members[:-1]:
        at += len(passage.text)
        if passage.gap.strip():
            yield at, at + len(passage.gap)
        at += len(passage.gap)


def _sections(members: Sequence[Passage]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where other headings stand over the passages than before, within their text."""
    before: tuple[str, ...] | None = None
    for passage in members:
        if passage.heading_path != before:
            yield passage.start - members[0].start, passage.heading_path
        before = passage.heading_path


def _cut(snippet: Snippet, tokens: int, tokenizer: Tokenizer) -> Snippet:
    """The beginning of a snippet: its first `tokens` tokens."""
    spans = tokenizer.spans(snippet.text)[:tokens]
    end = spans[-1][1] if spans else 0
    starts = tuple((page, offset) for page, offset in snippet.page_starts if offset < end)
    return Snippet(
        file=snippet.file,
        text=snippet.text[:end],
        start=snippet.start,
        end=snippet.start + end,
        pages=tuple(sorted(page for page, _ in starts)),
        score=snippet.score,
        tokens=len(spans),
        page_starts=starts,
        heading_path=snippet.heading_path,
        running=tuple((a, min(b, end)) for a, b in snippet.running if a < end),
        sections=tuple(section for section in snippet.sections if section[0] < end),
    )


def _within(snippets: Iterator[Snippet], budget: int, tokenizer: Tokenizer) -> list[Snippet]:
    kept: list[Snippet] = []
    for snippet in snippets:
        if snippet.tokens <= budget:
            kept.append(snippet)
            budget -= snippet.tokens
        elif not kept:
            return [_cut(snippet, budget, tokenizer)]
        else:
            break
    return kept
