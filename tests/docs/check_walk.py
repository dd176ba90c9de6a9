"""A newcomer's walk: README and tour, top to bottom in a fresh clone: `make check-walk`.

Not collected with the other tests: it installs everything anew and takes some minutes.
"""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.docs.snippets import ROOT, filled_in

INSTALL_SECONDS = 900
STEP_SECONDS = 120
STEPS = 25
FOREIGN = ("LODGEPOLE_", "PINECONE_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "PYTHON")
PORT = 8080  # the README's
# The README's blocks that a walk leaves out, by words in them, and why.
LEFT_OUT = {
    "OPENAI_BASE_URL": "there is no model on this machine",
    "@pinecone-database": "make test-clients runs it with what it needs",
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * INSTALL_SECONDS)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed, without what was installed or built here."""
    folder = tmp_path_factory.mktemp("fresh") / "lodgepole"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


def environment(clone: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
    home = clone.parent / "home"
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), "NO_PROXY": "127.0.0.1", "LANG": "C.UTF-8"}


def run(text: str, clone: Path, *, seconds: int = STEP_SECONDS) -> str:
    """What the block prints; it has to end well."""
    path = f'export PATH="{clone}/.venv/bin:$PATH"\n' if "make demo" not in text else ""
    done = subprocess.run(
        ["sh", "-ec", path + text],
        cwd=clone,
        env=environment(clone),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def serving(command: str, clone: Path) -> Iterator[str]:
    """The README's server; the key that it prints."""
    process = subprocess.Popen(
        command.split("#")[0].split(),
        cwd=clone,
        env=environment(clone),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        key = None
        for line in process.stdout:
            found = re.search(r"\blp_[\w-]+", line)
            key = found[0] if found else key
            if "Here  " in line:
                break
        assert key, "the first start shows no key"
        yield key
    finally:
        process.terminate()
        assert process.wait(STEP_SECONDS) == 0
        process.stdout.close()


def shown(expected: str) -> re.Pattern[str]:
    """The lines in their order, with anything between them and in the place of `…`."""
    lines = [line.strip() for line in expected.strip().splitlines()]
    return re.compile(".*".join(re.escape(line).replace("…", ".*") for line in lines), re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each fenced block, in order."""
    text = (ROOT / page).read_text("utf-8")
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [
        (language, re.sub(rf"^{indent}", "", block, flags=re.MULTILINE))
        for indent, language, block in found
    ]


def test_the_readme_and_the_tour_do_what_they_say(clone: Path):
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", PORT)) != 0, f"port {PORT} is in use"
    (_, first), (_, serve), *others = blocks("README.md")
    assert "make test" in first  # that is every test, and has a run of its own
    demo = run("make demo", clone, seconds=INSTALL_SECONDS)
    assert "[1] operator-handbook.pdf, page 9" in demo
    with serving(serve, clone) as key:
        for language, text in others:
            if not any(words in text for words in LEFT_OUT):
                follow(language, text, clone, key)
        walk(clone)


def follow(language: str, text: str, clone: Path, key: str) -> None:
    text = filled_in(text, url=f"http://127.0.0.1:{PORT}", key=key)
    if language == "python":
        (clone.parent / "program.py").write_text(text, encoding="utf-8")
        text = f".venv/bin/python {clone.parent}/program.py"
    assert run(text, clone).strip()


def walk(clone: Path) -> None:
    steps = blocks("docs/tour.md")
    commands = [text for language, text in steps if language == "sh"]
    outputs = [text for language, text in steps if not language]
    assert (len(commands), len(outputs)) == (STEPS, STEPS)
    for number, (command, output) in enumerate(zip(commands, outputs, strict=True), start=1):
        printed = run(command, clone)
        assert shown(output).search(printed), f"step {number}: {command}{printed}"
