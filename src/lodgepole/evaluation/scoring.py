"""Scores of one question and of all together: retrieval, citations, answers. Pure."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from lodgepole.evaluation.question_set import Question

CUTOFFS = (1, 4, 10)
JsonObject = dict[str, Any]


def retrieval_scores(question: Question, snippets: Sequence[JsonObject]) -> dict[str, float]:
    """hit@k, recall@k, MRR and nDCG@10 of snippets as the API gives them, best first.

    What is to be found are the question's files, each once; with an excerpt or with pages it is
    one thing, the passage. A snippet counts when it is of such a file, on such a page, and holds
    the excerpt; one that finds nothing new gains nothing.
    """
    wanted = max(1, len(question.files)) if not (question.excerpt or question.pages) else 1
    found: set[str] = set()
    gains: list[int] = []
    for snippet in snippets:
        name = snippet["reference"]["file"]["name"] if wanted > 1 else "passage"
        new = is_relevant(question, snippet) and name not in found
        if new:
            found.add(name)
        gains.append(int(new))
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(wanted, 10)))
    dcg = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains[:10]))
    first = next((rank for rank, gain in enumerate(gains, start=1) if gain), None)
    scores = {f"hit@{k}": float(any(gains[:k])) for k in CUTOFFS}
    scores |= {f"recall@{k}": sum(gains[:k]) / wanted for k in CUTOFFS}
    return {**scores, "MRR": 1 / first if first else 0.0, "nDCG@10": dcg / ideal}


def is_relevant(question: Question, snippet: JsonObject) -> bool:
    """Tell whether the snippet is of a wanted file and page, and holds the excerpt."""
    reference = snippet["reference"]
    if question.files and reference["file"]["name"] not in question.files:
        return False
    pages = reference.get("pages") or []
    if question.pages and pages and not set(question.pages) & set(pages):
        return False
    if question.excerpt:
        return _plain(question.excerpt) in _plain(content_of(snippet))
    return True


def content_of(snippet: JsonObject) -> str:
    """A snippet's text, of one with figures the parts that are text."""
    content = snippet.get("content", "")
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content)


def citation_scores(answer: JsonObject, snippets: Sequence[JsonObject]) -> dict[str, float]:
    """Count the citations, and the share of them that hold.

    One holds when its position lies in the answer and each highlight is in what a search for the
    question gave of its file; case and white space are not compared.
    """
    citations: list[JsonObject] = answer.get("citations") or []
    length = len(answer["message"]["content"])
    texts: dict[str, str] = {}
    for snippet in snippets:
        file_id = snippet["reference"]["file"]["id"]
        texts[file_id] = f"{texts.get(file_id, '')}\n{content_of(snippet)}"
    valid = sum(_holds(citation, length, texts) for citation in citations)
    scores = {"citations": float(len(citations))}
    return {**scores, "valid citations": valid / len(citations)} if citations else scores


def _holds(citation: JsonObject, length: int, texts: Mapping[str, str]) -> bool:
    if not 0 <= citation["position"] <= length or not citation["references"]:
        return False
    for reference in citation["references"]:
        highlight = reference.get("highlight")
        text = texts.get(reference["file"]["id"])
        if highlight and (text is None or _plain(highlight["content"]) not in _plain(text)):
            return False
    return True


def summary(rows: Sequence[JsonObject]) -> dict[str, float]:
    """The mean of each score over the questions that have it; seconds as median and 95 %."""
    names = list(dict.fromkeys(name for row in rows for name in row["scores"]))
    means = {name: statistics.fmean(_values(rows, name)) for name in names}
    seconds = sorted(row["seconds"] for row in rows if row.get("seconds") is not None)
    if seconds:
        means["seconds (median)"] = statistics.median(seconds)
        means["seconds (95 %)"] = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    means["failed"] = float(sum(1 for row in rows if row.get("error")))
    return means


def _values(rows: Sequence[JsonObject], name: str) -> list[float]:
    return [row["scores"][name] for row in rows if name in row["scores"]]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
