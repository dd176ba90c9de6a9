"""Agreement of an answer with a known good one, fact by fact.

A language model judges where one is the default. Without one the judge is deterministic: the
ground truth is split into facts, and each is looked for in the answer by its words, its numbers,
what it denies, and its meaning as the embedder sees it.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lodgepole.chat.model_directory import ModelDirectory
from lodgepole.chat.text_limits import count_within_limits
from lodgepole.concurrency.long_texts import read_apart
from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.elliptical_clauses import written_out
from lodgepole.evaluation.entailment import Statement, entailment, yes_or_no
from lodgepole.evaluation.judged import MOST_FACTS, AlignmentResult, JudgedFact, score
from lodgepole.evaluation.model_judge import ModelJudge
from lodgepole.limits import Limits
from lodgepole.model import Usage
from lodgepole.ports.embedder import Embedder
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.text.sentences import sentence_spans
from lodgepole.text.words import content_stems, words

_CLAUSES = re.compile(
    r";\s++|(?:,|(?<!\s))\s++(?:but|whereas|while)\s++|,\s++and\s++", re.IGNORECASE
)
_CLAUSE_WORDS = 3
MOST_SAID = 1_000  # sentences and clauses of an answer that are compared, each with every fact


class Alignment:
    """Judges answers: by the default model where it is one that can, else deterministically."""

    def __init__(
        self,
        embedder: Embedder,
        tokenizer: Tokenizer,
        limits: Limits,
        models: ModelDirectory | None = None,
    ) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer
        self._limits = limits
        able = models is not None and models.default.follows_instructions
        self._judge_model = (
            ModelJudge(models.default, tokenizer) if models is not None and able else None
        )

    async def judge(self, question: str, answer: str, ground_truth_answer: str) -> AlignmentResult:
        """Judge `answer` against `ground_truth_answer`.

        Raises:
            InvalidRequest: A text is empty or longer than a chat history may be.
            RateLimited, Unavailable, DeadlineExceeded, UpstreamRejected: The model failed.
        """
        texts = {"question": question, "answer": answer, "ground_truth_answer": ground_truth_answer}
        for name, text in texts.items():
            if not text.strip():
                raise InvalidRequest(f"{name} cannot be empty")
        read = await count_within_limits(
            [*texts.values()], "texts", tokenizer=self._tokenizer, limits=self._limits
        )
        if self._judge_model is not None:
            return score(*await self._judge_model.judge(question, answer, ground_truth_answer))
        facts = await read_apart(len(ground_truth_answer), split_facts, ground_truth_answer)
        judged = await self._judge(question, answer, facts)
        written = sum(self._tokenizer.count(fact) for fact in facts)
        return score(judged, Usage(2 * read + written, written + len(facts)))

    async def _judge(
        self, question: str, answer: str, facts: Sequence[str]
    ) -> tuple[JudgedFact, ...]:
        chars = len(question) + len(answer)
        said = await read_apart(chars, _said, question, answer)
        vectors = await self._embedder.embed_passages([*facts, *said])
        cosines = np.asarray(vectors[: len(facts)] @ vectors[len(facts) :].T, dtype=np.float64)
        return await read_apart(chars * len(facts), _judged, question, facts, said, cosines)


def _said(question: str, answer: str) -> list[str]:
    """What an answer says, each once, the first `MOST_SAID` of it.

    Clauses too: what a sentence negates in one of them it may well say in another.
    """
    sentences = [answer[a:b] for a, b in sentence_spans(answer)] or [answer]
    found = list(dict.fromkeys([*sentences, *split_facts(answer)]))[:MOST_SAID]
    return list(dict.fromkeys([*found, *yes_or_no(question, answer)]))


def _judged(
    question: str, facts: Sequence[str], said: Sequence[str], cosines: NDArray[np.float64]
) -> tuple[JudgedFact, ...]:
    asked = Statement(question).content
    statements = [Statement(s) for s in said]
    alone = len(facts) == 1
    return tuple(
        JudgedFact(fact, entailment(Statement(fact), statements, row.tolist(), asked, alone=alone))
        for fact, row in zip(facts, cosines, strict=True)
    )


def split_facts(text: str) -> tuple[str, ...]:
    """Sentences, and those of their clauses that say something by themselves."""
    facts: list[str] = []
    for start, end in sentence_spans(text):
        if clauses := written_out(text[start:end]):
            facts += (" ".join(clause.split()) for clause in clauses)
            continue
        pending: list[str] = []
        content: set[str] = set()
        for clause in _CLAUSES.split(text[start:end]):
            pending.append(clause)
            content |= content_stems(words(clause))
            if len(content) >= _CLAUSE_WORDS:
                facts.append(_joined(pending))
                pending, content = [], set()
        if rest := _joined(pending):
            if facts and len(facts[-1]) and start and not _stands_alone(rest):
                facts[-1] = f"{facts[-1]}, {rest}"
            else:
                facts.append(rest)
    return tuple(facts[:MOST_FACTS]) or (" ".join(text.split()),)


def _joined(clauses: Sequence[str]) -> str:
    return " ".join(", ".join(filter(None, clauses)).split())


def _stands_alone(text: str) -> bool:
    return text[:1].isupper()
