"""A real server and a real browser. The model behind it says what a test has it say, in steps.

Nothing here outlives its module: the browser's driver keeps an event loop running, in which no
asynchronous test of another module could run.
"""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

EXAMPLES = Path(__file__).parents[2] / "examples"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SERVE = (sys.executable, "-m", "lodgepole", "serve", "--json", "--port", "0")
FOREIGN = ("LODGEPOLE_", "XDG_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_")
KEY = "key-of-the-console-tests"
QUOTING = "lodgepole-extractive"
PATIENCE_MS = 20_000
HANDBOOK = "handbook"


# --- a model --------------------------------------------------------------------------------


@dataclass
class Model:
    """Speaks as an OpenAI-compatible server: sends what is put into `words`; None ends."""

    url: str = ""
    words: "queue.Queue[str | None]" = field(default_factory=queue.Queue)
    left: threading.Event = field(default_factory=threading.Event)

    def say(self, *words: str | None) -> None:
        self.left.clear()
        for word in words:
            self.words.put(word)


def chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps({**body, 'choices': [choice]})}\n\n".encode()


def handler(model: Model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                while (word := model.words.get(timeout=PATIENCE_MS / 1000)) is not None:
                    self.wfile.write(chunk({"role": "assistant", "content": word}))
                    self.wfile.flush()
                self.wfile.write(chunk({}, "stop") + b"data: [DONE]\n\n")
            except OSError:
                model.left.set()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture(scope="module")
def model() -> Generator[Model]:
    made = Model()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


# --- a server -------------------------------------------------------------------------------


@contextmanager
def serving(home: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The address of a server with these settings and no others."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
    given = {
        "HOME": str(home),
        "LODGEPOLE_API_KEY": KEY,
        # All servers of a run share it: the model is made for this machine once.
        "LODGEPOLE_CACHE_DIR": str(home.parent / "cache"),
        "LODGEPOLE_DEFAULT_MODEL": QUOTING,
        **settings,
    }
    process = subprocess.Popen(
        [*SERVE, "--data-dir", str(home / "data")],
        env={**kept, **given},
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Generator[str]:
    """The address of a server with one assistant, `handbook`, that has the examples."""
    settings = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "none"}
    with serving(tmp_path_factory.mktemp("home"), settings) as address:
        fill(address)
        yield address


def fill(address: str) -> None:
    headers = {"Api-Key": KEY, "X-Pinecone-Api-Version": "2026-04"}
    with httpx2.Client(
        base_url=address + "/assistant", headers=headers, trust_env=False, timeout=30
    ) as api:
        api.post("/assistants", json={"name": HANDBOOK}).raise_for_status()
        operations = [
            api.post(f"/files/{HANDBOOK}", files={"file": (path.name, path.read_bytes())}).json()
            for path in sorted(EXAMPLES.iterdir())
        ]
        for operation in operations:
            while operation["status"] == "Processing":
                operation = api.get(f"/operations/{HANDBOOK}/{operation['id']}").json()
            assert operation["status"] == "Completed", operation


# --- a browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("There is no Chromium on this machine: `make system` installs it")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, url: str) -> Generator[Page]:
    """A page of its own, 1280 wide and light. Whatever the browser complains of is an error."""
    yield from fresh_page(browser, url, width=1280, scheme="light")


@pytest.fixture
def phone(browser: Browser, url: str) -> Generator[Page]:
    yield from fresh_page(browser, url, width=375, scheme="dark")


def fresh_page(browser: Browser, url: str, *, width: int, scheme: str) -> Generator[Page]:
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.set_default_timeout(PATIENCE_MS)
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    elsewhere: list[str] = []
    made.on("request", lambda r: None if r.url.startswith(url) else elsewhere.append(r.url))
    yield made
    context.close()
    # A refused request is an answer that the page shows in words, not a complaint.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
    assert elsewhere == []


@pytest.fixture
def signed_in(page: Page) -> Page:
    sign_in(page)
    return page


def sign_in(page: Page) -> None:
    page.goto("/console")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Assistants")).to_be_visible()


@pytest.fixture
def enter():
    """Signs a page in."""
    return sign_in
