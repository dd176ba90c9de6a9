"""Grades a chat model on ten fixed questions and recommends settings."""

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["answer", "refusal", "json"]
SLOW_SECONDS = 10.0  # until the first word, beyond which fewer sources are worth a try
QUICK_SECONDS = 2.0
READ_WITHIN_SECONDS = 6.0  # that a prompt may take to be read, where a number of tokens is advised
RULES_TOKENS = 1_000  # of a prompt beside its sources
LEAST_SOURCE_TOKENS, MOST_SOURCE_TOKENS = 512, 32_000
GOOD_SHARE = 0.7
_REFUSES = re.compile(
    r"\b(?:not?|none|nothing|cannot|unable|unknown|neither|nicht|kein\w*|nichts)\b|n['’]t\b",
    re.IGNORECASE,
)
REFUSED_WITHIN = 300  # characters of an answer, in which it says that the documents do not say


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedQuestion:
    """One question.

    Attributes:
        said: The conversation, by turns; the last one is the question.
        facts: Each of them must be in the answer, in one of these spellings.
        file: What a citation must lead to.
    """

    said: tuple[str, ...]
    kind: Kind = "answer"
    facts: tuple[tuple[str, ...], ...] = ()
    file: str = ""

    @property
    def text(self) -> str:
        return self.said[-1]


QUESTIONS = (
    GradedQuestion(
        said=("How long does a signed link to a file stay valid?",),
        facts=(("one hour", "1 hour", "an hour", "60 minutes"),),
        file="operator-handbook.pdf",
    ),
    GradedQuestion(
        said=("What may a key with the role data_write not do?",),
        facts=(("create assistants", "create an assistant", "creating assistants"),),
        file="administrator-guide.docx",
    ),
    GradedQuestion(
        said=("How long may the name of an assistant be?",),
        facts=(("63",),),
        file="administrator-guide.docx",
    ),
    GradedQuestion(
        said=("Into passages of how many tokens is the text of a file cut?",),
        facts=(("128",),),
        file="operator-handbook.pdf",
    ),
    GradedQuestion(
        said=("Which embedding model is it, and how many numbers do its vectors have?",),
        facts=(("minilm",), ("384",)),
        file="faq.txt",
    ),
    GradedQuestion(
        said=("Which HTTP status does the error code ALREADY_EXISTS have?",),
        facts=(("409",),),
        file="error-codes.json",
    ),
    GradedQuestion(
        said=(
            "Can two servers share one data directory?",
            "And does Lodgepole need a graphics card?",
        ),
        facts=(("no", "not"),),
        file="faq.txt",
    ),
    GradedQuestion(
        said=("What does a yearly support contract for Lodgepole cost in euros?",), kind="refusal"
    ),
    GradedQuestion(said=("In which city was the inventor of Lodgepole born?",), kind="refusal"),
    GradedQuestion(
        said=(
            "Which port does a server listen on unless another one is named? Answer with a JSON "
            'object that has the one field "port".',
        ),
        kind="json",
        facts=(("8080",),),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of one question.

    Attributes:
        files: Those that are cited, by name.
        problem: Why there is no answer.
        first_seconds: Until the first word; None for an answer in one piece.
        prompt_tokens: That the model read.
    """

    text: str = ""
    files: tuple[str, ...] = ()
    finish_reason: str = ""
    problem: str | None = None
    first_seconds: float | None = None
    prompt_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedReply:
    """One question and how it went.

    Attributes:
        right: It says what it should, or refuses what it should.
        cited: A citation leads to the right file; None where none is expected.
    """

    question: str
    kind: Kind
    answer: str
    right: bool
    cited: bool | None
    problem: str | None
    first_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How a model did, each part as `(good, of how many)`."""

    answers: tuple[int, int]
    citations: tuple[int, int]
    refusals: tuple[int, int]
    json_answers: tuple[int, int]
    first_seconds: float | None
    replies: tuple[GradedReply, ...]
    advice: tuple[str, ...]
    """Sentences on what to set, and why."""
    settings: Mapping[str, int | bool]
    """The same as values of the model's `[[models]]`."""


def graded(question: GradedQuestion, reply: Reply) -> GradedReply:
    text = reply.text.casefold()
    if reply.problem is not None:
        right, cited = False, None if question.kind != "answer" else False
    elif question.kind == "refusal":
        right, cited = _REFUSES.search(text[:REFUSED_WITHIN]) is not None, None
    else:
        right = all(any(_says(text, s) for s in spellings) for spellings in question.facts)
        cited = question.file in reply.files if question.kind == "answer" else None
    return GradedReply(
        question=question.text,
        kind=question.kind,
        answer=reply.text,
        right=right,
        cited=cited,
        problem=reply.problem,
        first_seconds=reply.first_seconds,
    )


def _says(text: str, spelling: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(spelling)}(?!\w)", text) is not None


def grade(
    replies: Sequence[tuple[GradedQuestion, Reply]],
    *,
    writes: bool = True,
    window: int | None = None,
    attributes: bool = False,
) -> Grade:
    """All questions together.

    Args:
        replies: Each question with what came of it.
        writes: It is a language model, which has settings; the one that quotes has none.
        window: What the model's server says of its window, where it says it.
        attributes: Sentences without a marker are cited already.
    """
    rows = tuple(graded(question, reply) for question, reply in replies)
    answers = [row for row in rows if row.kind == "answer"]
    seconds = [row.first_seconds for row in rows if row.first_seconds is not None]
    first = statistics.median(seconds) if seconds else None
    parts = {kind: _share([row.right for row in rows if row.kind == kind]) for kind in _KINDS}
    citations = _share([bool(row.cited) for row in answers])
    advice: list[str] = []
    settings: dict[str, int | bool] = {}
    if writes:
        _advise(rows, parts, citations, advice, settings, attributes=attributes)
        _advise_size([reply for _, reply in replies], first, window, advice, settings)
    return Grade(
        answers=parts["answer"],
        citations=citations,
        refusals=parts["refusal"],
        json_answers=parts["json"],
        first_seconds=first,
        replies=rows,
        advice=tuple(advice),
        settings=settings,
    )


_KINDS: tuple[Kind, ...] = ("answer", "refusal", "json")


def _share(good: Sequence[bool]) -> tuple[int, int]:
    return sum(good), len(good)


def _is_low(share: tuple[int, int]) -> bool:
    return share[1] > 0 and share[0] < GOOD_SHARE * share[1]


def _advise(
    rows: Sequence[GradedReply],
    parts: Mapping[str, tuple[int, int]],
    citations: tuple[int, int],
    advice: list[str],
    settings: dict[str, int | bool],
    *,
    attributes: bool,
) -> None:
    if problems := [row.problem for row in rows if row.problem is not None]:
        advice.append(f"{len(problems)} of {len(rows)} questions failed: {problems[0]}")
    if _is_low(parts["answer"]):
        advice.append("It gets facts wrong that the sources say: a larger model does better.")
    uncited = [row for row in rows if row.kind == "answer" and row.right and not row.cited]
    if uncited and _is_low(citations):
        if attributes:
            advice.append("It names no sources and says things in its own words: few citations.")
        else:
            advice.append("It often names no source: attribute = true cites what sources say.")
            settings["attribute"] = True
    if parts["refusal"][0] < parts["refusal"][1]:
        advice.append(
            "It answers what no document says. Ask for restraint in the assistant's instructions."
        )
    if parts["json"][0] < parts["json"][1]:
        advice.append("A json_response cannot be relied on with it.")


def _advise_size(
    replies: Sequence[Reply],
    first: float | None,
    window: int | None,
    advice: list[str],
    settings: dict[str, int | bool],
) -> None:
    if window is not None:
        settings["context_tokens"] = window
    cut = sum(reply.finish_reason == "length" for reply in replies)
    if cut:
        advice.append(f"{cut} answers were cut off: raise max_output_tokens.")
    speeds = [r.prompt_tokens / r.first_seconds for r in replies if r.first_seconds]
    if first is None or not speeds or max(speeds) <= 0:
        return
    readable = int(READ_WITHIN_SECONDS * statistics.median(speeds)) - RULES_TOKENS
    most = MOST_SOURCE_TOKENS if window is None else min(MOST_SOURCE_TOKENS, window // 2)
    tokens = max(LEAST_SOURCE_TOKENS, min(readable, most) // 256 * 256)
    if first > SLOW_SECONDS:
        advice.append(
            f"Its first word takes {first:.0f} s: with source_tokens = {tokens} it reads less."
        )
        settings["source_tokens"] = tokens
    elif first < QUICK_SECONDS and max(r.prompt_tokens for r in replies) < tokens:
        advice.append(
            f"It reads fast: with source_tokens = {tokens} it sees more of the documents."
        )
        settings["source_tokens"] = tokens
