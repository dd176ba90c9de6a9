"""The code in the documentation, block by block, with what is said about running it.

A fenced block in `sh`, `python`, `toml`, `json`, `yaml` or `ts` is run or checked by a test. One
that cannot be says why, in a comment on the line before it: `<!-- not run: the reason -->`. One
that needs packages of its own names an environment of tests/clients: `<!-- run in: openai -->`.
Blocks in other languages, or in none, show output.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
LANGUAGES = ("sh", "python", "toml", "json", "yaml", "ts")
_BLOCK = re.compile(
    r"(?:^<!-- (?P<word>not run|run in): (?P<said>.+?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Snippet:
    page: str  # below docs/
    line: int
    language: str
    text: str
    not_run: str | None = None
    environment: str | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def snippets() -> Iterator[Snippet]:
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        for found in _BLOCK.finditer(text):
            if found["language"] in LANGUAGES:
                yield Snippet(
                    page=str(path.relative_to(DOCS)),
                    line=text[: found.start("language")].count("\n") + 1,
                    language=found["language"],
                    text=re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE),
                    not_run=found["said"] if found["word"] == "not run" else None,
                    environment=found["said"] if found["word"] == "run in" else None,
                )


def of(*languages: str) -> list[Snippet]:
    """What is to be run, without what says that it is not."""
    return [s for s in snippets() if s.language in languages and s.not_run is None]


def only_make(snippet: Snippet) -> bool:
    """Targets of the Makefile, which exist by a test of its own and are run as such."""
    lines = [line for line in snippet.text.splitlines() if line and not line.startswith("#")]
    return snippet.language == "sh" and all(line.startswith("make ") for line in lines)


def filled_in(text: str, *, url: str, key: str) -> str:
    """With the address and the key of a server that is there."""
    return text.replace("http://127.0.0.1:8080", url).replace("YOUR KEY", key)
