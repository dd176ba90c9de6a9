"""Older generations, programs that are not libraries, and a bridge: `make test-clients-all`."""

from tests.clients.clients import CONTROL, CONTROLLER, DATA, HERE, Client

RESULTS = HERE / "older.json"
_TYPESCRIPT = "@pinecone-database/pinecone"
_PLUGIN = "pinecone-plugin-assistant"


def _typescript(generation: int) -> Client:
    return Client(
        name=f"typescript-{generation}",
        title=f"TypeScript {generation}",
        environment=f"typescript-{generation}",
        packages=(_TYPESCRIPT,),
        driver="older_sdk.mjs",
        pointed="`new Pinecone({apiKey, controllerHostUrl: URL + '/assistant'})`",
    )


def _plugin(generation: str) -> Client:
    return Client(
        name=f"plugin-{generation}",
        title=f"Python plugin {generation}",
        environment=f"plugin-{generation}",
        packages=(_PLUGIN, "pinecone"),
        driver="older_plugin.py",
        hosts=(CONTROL, DATA),
        pointed=f"the environment variable `{CONTROL}=URL`",
    )


OLDER = (
    _typescript(7),
    _typescript(6),
    _typescript(5),
    _plugin("2.0"),
    _plugin("1.2"),
    _plugin("0.4"),
    Client(
        name="one-click",
        title="The one-click app, its calls",
        environment="typescript-6",
        packages=(_TYPESCRIPT,),
        driver="older_sdk.mjs",
        arguments=("--by-environment",),
        hosts=(CONTROLLER,),
        pointed=f"the environment variable `{CONTROLLER}=URL`",
    ),
    Client(
        name="n8n",
        title="The n8n node, its requests",
        environment="typescript-6",
        packages=(),
        driver="n8n_requests.mjs",
        pointed="the assistant by an expression, `{name, host: URL}`",
    ),
    Client(
        name="mcp-remote",
        title="mcp-remote",
        environment="mcp-remote",
        packages=("mcp-remote",),
        driver="mcp_remote.mjs",
        pointed="`mcp-remote URL/mcp/assistants/NAME --header 'Authorization: Bearer KEY'`",
    ),
)
STEPS = (
    "create",
    "upload",
    "list files",
    "describe file",
    "chat",
    "chat, streamed",
    "completions",
    "context",
    "delete",
    "list tools",
    "call tools",
)
"""The columns of their table, in its order."""
