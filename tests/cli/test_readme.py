"""What the README tells a newcomer to type does what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")

pytestmark = pytest.mark.live


@pytest.fixture
def snippet(served):
    """A block of the README in the language, with the running server's address and key."""
    server = served.servers[0]
    assert server.api_key

    def fill_in(language: str, mentioning: str) -> str:
        blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
        [block] = [block for block in blocks if mentioning in block]
        return block.replace("YOUR KEY", server.api_key).replace(
            "http://127.0.0.1:8080", server.url
        )

    yield fill_in
    served.run("assistants", "delete", "handbook", "--yes")


def test_the_python_example_prints_answer_file_page_and_words(served, snippet):
    ended = subprocess.run(
        [sys.executable, "-c", snippet("python", "Pinecone(")],
        cwd=ROOT,
        env=served.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert "A signed link to a file stays valid for one hour" in ended.stdout
    assert "operator-handbook.pdf [9] A signed link to a file" in ended.stdout


def test_the_commands_and_curl_answer(served, snippet):
    commands = snippet("sh", "assistants create").replace("examples/", f"{ROOT}/examples/")
    script = f'lodgepole() {{ {sys.executable} -m lodgepole "$@"; }}\n{commands}'
    curl = snippet("sh", "curl").removesuffix("\n")
    ended = subprocess.run(
        ["sh", "-ec", f"{script}\n{curl} --silent --fail --noproxy '*'"],
        cwd=served.home,
        env=served.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert "[1] operator-handbook.pdf, page 9" in ended.stdout
    assert '"citations":[' in ended.stdout
