"""Print questions with the answers that are quoted for them, to be read; say what they cost.

    python scripts/bench/answers.py SETDIR ... [--count 30] [--part all|odd|even] [--every]

A set is one of `retrieval.py`. An answer counts as `first` when its first quote has the known short
answer, as `held` when any has; `evidence` is the share of the known passages of which half is
quoted. These are no verdicts: read the answers. With `--every`, nothing is left out of what is
printed; else only what has not the known answer in its first quote.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from indexes import index_opener

from lodgepole.chat.localised_phrases import ENGLISH
from lodgepole.chat.quoting.quote_selection import ExtractiveChatModel
from lodgepole.model import ModelRequest, ModelText, Source
from lodgepole.retrieval.search import Search
from retrieval import ASSISTANT, Bench, ListedFiles, load_scoring

SHORT = 80  # characters of a known answer that is compared letter by letter
RUN = 8  # words in a row, by which a passage is found in an answer
_MARKER = re.compile(r"\[\d+\]")


def plain(text: str) -> str:
    """Words alone, so that marks and line ends do not matter."""
    return " ".join(re.findall(r"\w+", _MARKER.sub("", text).casefold()))


def is_quoted(passage: str, answer: str) -> bool:
    said = plain(passage).split()
    size = min(RUN, len(said))
    runs = [" ".join(said[i : i + size]) for i in range(len(said) - size + 1)]
    return bool(runs) and 2 * sum(run in answer for run in runs) >= len(runs)


def manner(answer: str) -> str:
    """How an answer begins: as one, with what is missing, or as a refusal."""
    if ENGLISH.nothing_found in answer:
        return "refused"
    return "answered" if answer.startswith(ENGLISH.lead) else "flagged"


async def answered(search: Search, model: ExtractiveChatModel, question: str) -> str:
    snippets = await search.find(ASSISTANT, question)
    sources = tuple(Source(number=n, snippet=s) for n, s in enumerate(snippets, start=1))
    request = ModelRequest(model="quotes", messages=(), question=question, sources=sources)
    return "".join([e.text async for e in model.stream(request) if isinstance(e, ModelText)])


async def measure(search: Search, bench: Bench, questions: list[Any], *, every: bool) -> None:
    model = ExtractiveChatModel(bench.embedder, bench.tokenizer)
    counts, shares, milliseconds = Counter[str](), list[float](), list[float]()
    for query in questions:
        begun = time.process_time()
        answer = await answered(search, model, query["question"])
        milliseconds.append((time.process_time() - begun) * 1000)
        counts[manner(answer)] += 1
        body = answer.partition("\n\n")[2]
        known, first = query.get("answer") or "", plain(body.partition("\n\n")[0])
        right = False
        if 0 < len(known) <= SHORT:
            counts["short"] += 1
            counts["held"] += plain(known) in plain(body)
            right = plain(known) in first
            counts["first"] += right
        passages = [r["excerpt"] for r in query["relevant"] if r.get("excerpt")]
        if passages:
            shares.append(sum(is_quoted(p, plain(body)) for p in passages) / len(passages))
        if every or not right:
            known = known or " // ".join(passages)
            print(f"### {query['id']}\nQ: {query['question']}\nKNOWN: {known}\nA: {answer}\n")
    share = f", evidence {np.mean(shares):.3f}" if shares else ""
    print(f"{len(questions)} questions: {dict(counts)}{share}")
    print(f"CPU of a quoted answer, search included, p50: {np.median(milliseconds):.1f} ms")


async def run(arguments: argparse.Namespace) -> None:
    for directory in arguments.sets:
        evaluation = load_scoring(directory.resolve().parent).EvalSet(str(directory))
        bench = Bench(directory, arguments.cache, 128)
        await bench.ingest()
        questions = evaluation.q[{"all": 0, "even": 0, "odd": 1}[arguments.part] :]
        questions = questions if arguments.part == "all" else questions[::2]
        step = max(1, len(questions) // arguments.count)
        with index_opener("tantivy") as opener:
            index = opener()
            await bench.build(index, set())
            files = ListedFiles([file for file, *_ in bench.files])
            search = Search(index, bench.embedder, bench.tokenizer, files)  # type: ignore[arg-type]
            await measure(search, bench, questions[::step], every=arguments.every)
            await index.close()
        await bench.embedder.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--part", choices=("all", "odd", "even"), default="all")
    parser.add_argument("--every", action="store_true")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "lodgepole-bench"
    )
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
