"""A Dockerfile as data, and its build steps run one by one in a plain directory."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Step:
    word: str  # RUN, COPY, …
    rest: str

    @property
    def command(self) -> list[str]:
        """The exec form of CMD; ValueError for the shell form."""
        return json.loads(self.rest[self.rest.index("[") :])


@dataclass(frozen=True, kw_only=True)
class Stage:
    image: str
    name: str | None
    steps: list[Step] = field(default_factory=list)

    def the(self, word: str) -> Step:
        [step] = [step for step in self.steps if step.word == word]
        return step


def parse(text: str) -> list[Stage]:
    """Stages in their order; ARGs are put in by their defaults."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("\\\n", " ")
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        word, rest = line.split(None, 1)
        if word == "ARG":
            name, default = rest.split("=", 1)
            arguments[name] = default
            continue
        rest = re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], rest)
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stages.append(Stage(image=image, name=name or None))
        else:
            stages[-1].steps.append(Step(word=word, rest=" ".join(rest.split())))
    return stages


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """Runs a stage below `root`, whose absolute paths stand for those of the image."""

    context: Path
    root: Path
    variables: dict[str, str]
    paths: tuple[str, ...]  # of the image, which are put below `root`

    def run(self, stage: Stage, *, leave_out: tuple[str, ...]) -> list[str]:
        """Run the steps; RUNs that begin with one of `leave_out` are handed back instead."""
        directory = self.root
        left: list[str] = []
        for step in stage.steps:
            if step.word == "WORKDIR":
                directory = Path(self.below_root(step.rest))
                directory.mkdir(parents=True, exist_ok=True)
            elif step.word == "COPY":
                *sources, target = step.rest.split()
                for source in sources:
                    self._copy(self.context / source, directory / target, many=len(sources) > 1)
            elif step.word == "RUN" and step.rest.startswith(leave_out):
                left.append(step.rest)
            elif step.word == "RUN":
                self._run(self.below_root(step.rest), directory)
        return left

    def below_root(self, text: str) -> str:
        for path in self.paths:
            text = re.sub(
                rf"(?<![\w/.]){re.escape(path)}(?=[/\s:\"']|$)", f"{self.root}{path}", text
            )
        return text

    def _copy(self, source: Path, target: Path, *, many: bool) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            return
        if (
            many
            or str(target).endswith("/")
            or target.is_dir()
            or source.parent.name == target.name
        ):
            target = target / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def _run(self, command: str, directory: Path) -> None:
        done = subprocess.run(
            ["sh", "-ec", command],
            cwd=directory,
            env=dict(os.environ) | self.variables,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
