"""How well an answer agrees with a known good one, fact by fact.

A language model judges where one is the default. Without one the judge is deterministic: the
ground truth is split into facts, and each is looked for in the answer by its words, its numbers,
what it denies, and its meaning as the embedder sees it.
"""

import re
from collections.abc import Sequence

import numpy as np

from lodgepole.chat.models import ModelDirectory
from lodgepole.chat.wording import (
    Word,
    content_stems,
    is_negated,
    numbers,
    sentence_spans,
    similar_stems,
    words,
)
from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.judged import (
    MOST_FACTS,
    AlignmentResult,
    Entailment,
    JudgedFact,
    score,
)
from lodgepole.evaluation.model_judge import ModelJudge
from lodgepole.limits import Limits
from lodgepole.model import Usage
from lodgepole.ports import Embedder, Tokenizer

ENTAILED_SHARE = 0.6  # of what the fact adds to the question, found in the answer
ENTAILED_COSINE = 0.85  # in other words entirely, but as near as this
SAME_TOPIC_COSINE = 0.5
SAME_TOPIC_SHARE = 0.5
SLOT_WORDS = 4
"""So few words beyond the question's are the answer itself; other ones answer otherwise."""
_CLAUSES = re.compile(r";\s+|,?\s+(?:but|whereas|while)\s+|,\s+and\s+", re.IGNORECASE)
_CLAUSE_WORDS = 3
_NO_ANSWER = re.compile(
    r"\b(?:not in your documents|(?:do|does|did|could|can)(?: ?n[o']t|not) (?:say|find|know|mention"
    r"|contain|answer)|no (?:information|answer)|unknown|unable to"
    r"|nicht in (?:ihren|den) dokumenten|keine (?:angaben?|information)|nicht (?:bekannt|gefunden)"
    r"|ne figure pas|pas dans (?:vos|les) documents|aucune information|je ne sais pas"
    r"|no está en (?:sus|los) documentos|ninguna información|no (?:lo )?sé"
    r"|non è nei (?:tuoi )?documenti|não está nos (?:seus )?documentos|niet in (?:uw|de) documenten"
    r"|нет в (?:ваших )?документах|немає у (?:ваших )?документах|не найдено|неизвестно"
    r"|غير (?:موجود|مذكور))\b"
    r"|没有(?:相关|提到|提及)|不知道|記載(?:が|は)?(?:ありません|ない)"
    r"|わかりません|分かりません|문서에 없",
    re.IGNORECASE,
)


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
        self._judge_model = ModelJudge(models.default) if models is not None and able else None

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
        read = sum(self._tokenizer.count(text) for text in texts.values())
        if read > self._limits.history_tokens:
            raise InvalidRequest(
                f"The texts have {read} tokens; at most {self._limits.history_tokens} are accepted"
            )
        if self._judge_model is not None:
            return score(*await self._judge_model.judge(question, answer, ground_truth_answer))
        facts = split_facts(ground_truth_answer)
        judged = await self._judge(question, answer, facts)
        written = sum(self._tokenizer.count(fact) for fact in facts)
        return score(judged, Usage(2 * read + written, written + len(facts)))

    async def _judge(
        self, question: str, answer: str, facts: Sequence[str]
    ) -> tuple[JudgedFact, ...]:
        sentences = [answer[a:b] for a, b in sentence_spans(answer)] or [answer]
        # Clauses too: what a sentence negates in one of them it may well say in another.
        said = list(dict.fromkeys([*sentences, *split_facts(answer)]))
        vectors = await self._embedder.embed_passages([*facts, *said])
        cosines = np.asarray(vectors[: len(facts)] @ vectors[len(facts) :].T, dtype=np.float64)
        asked = content_stems(words(question))
        return tuple(
            JudgedFact(
                fact,
                _entailment(fact, said, [float(c) for c in row], asked, alone=len(facts) == 1),
            )
            for fact, row in zip(facts, cosines, strict=True)
        )


def split_facts(text: str) -> tuple[str, ...]:
    """Sentences, and those of their clauses that say something by themselves."""
    facts: list[str] = []
    for start, end in sentence_spans(text):
        pending = ""
        for clause in _CLAUSES.split(text[start:end]):
            pending = f"{pending}, {clause}" if pending else clause
            if len(content_stems(words(pending))) >= _CLAUSE_WORDS:
                facts.append(" ".join(pending.split()))
                pending = ""
        if pending:
            rest = " ".join(pending.split())
            if facts and len(facts[-1]) and start and not _stands_alone(rest):
                facts[-1] = f"{facts[-1]}, {rest}"
            else:
                facts.append(rest)
    return tuple(facts[:MOST_FACTS]) or (" ".join(text.split()),)


def _stands_alone(text: str) -> bool:
    return text[:1].isupper()


def _entailment(
    fact: str, said: Sequence[str], cosines: Sequence[float], asked: set[str], *, alone: bool
) -> Entailment:
    """`alone`: the fact is all of the ground truth, so whatever was said is about it."""
    stated = words(fact)
    content = content_stems(stated) or {w.stem for w in stated}
    adds = {s for s in content if not _among(s, asked)} or content
    analysed = [words(s) for s in said]
    everything = content_stems(w for sentence in analysed for w in sentence) | {
        w.stem for sentence in analysed for w in sentence if w.is_number
    }
    best = max(
        range(len(said)),
        key=lambda i: _share(content, content_stems(analysed[i])) + cosines[i],
    )
    near, cosine = analysed[best], cosines[best]
    polarity_agrees = is_negated(stated) == is_negated(near)
    has_numbers = numbers(stated) <= {s for s in everything if s[0].isdigit()}
    share = _share(adds, everything)
    if has_numbers and polarity_agrees and (share >= ENTAILED_SHARE or cosine >= ENTAILED_COSINE):
        return "entailed"
    if _NO_ANSWER.search(said[best]):
        return "neutral"
    on_topic = (
        (alone and len(adds) <= SLOT_WORDS)
        or cosine >= SAME_TOPIC_COSINE
        or _share(content, content_stems(near) | asked) >= SAME_TOPIC_SHARE
    )
    if on_topic and _contradicts(stated, near, adds, asked):
        return "contradicted"
    return "neutral"


def _contradicts(
    stated: Sequence[Word], near: Sequence[Word], adds: set[str], asked: set[str]
) -> bool:
    """Another number, the opposite, or another name where the answer belongs."""
    theirs = content_stems(near)
    figures, other_figures = numbers(stated), numbers(near)
    if figures and other_figures and not figures & other_figures:
        return True
    if is_negated(stated) != is_negated(near):
        return _share(adds, theirs) >= SAME_TOPIC_SHARE
    instead = {s for s in theirs if not _among(s, asked) and not _among(s, adds)}
    return (
        len(adds) <= SLOT_WORDS
        and 0 < len(instead) <= SLOT_WORDS
        and _share(adds, theirs) < ENTAILED_SHARE
    )


def _among(stem: str, stems: set[str]) -> bool:
    return stem in stems or any(similar_stems(stem, other) for other in stems)


def _share(stems: set[str], inside: set[str]) -> float:
    return sum(_among(s, inside) for s in stems) / len(stems) if stems else 0.0
