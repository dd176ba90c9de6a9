"""Libraries that speak the OpenAI API, each run by `make test-clients-all`."""

from tests.clients.clients import HERE, Client

RESULTS = HERE / "frameworks.json"
_MADE = "`base_url=URL + '/v1'`, and `ASSISTANT/MODEL` as the model"


def _python(name: str, title: str, package: str, environment: str = "frameworks") -> Client:
    return Client(
        name=name,
        title=title,
        environment=environment,
        packages=(package,),
        driver="frameworks.py",
        arguments=(name,),
        pointed=_MADE,
    )


def _node(name: str, title: str, package: str) -> Client:
    return Client(
        name=f"{name}-node",
        title=title,
        environment="ai-sdk",
        packages=(package,),
        driver="frameworks.mjs",
        arguments=(name,),
        pointed=_MADE.replace("base_url=", "baseURL: "),
    )


FRAMEWORKS = (
    _python("langchain", "LangChain", "langchain-openai"),
    _node("langchain", "LangChain.js", "@langchain/openai"),
    _python("llamaindex", "LlamaIndex", "llama-index-llms-openai-like", "llamaindex-chat"),
    _python("haystack", "Haystack", "haystack-ai"),
    _python("pydantic-ai", "Pydantic AI", "pydantic-ai-slim"),
    _python("instructor", "instructor", "instructor"),
    _python("dspy", "DSPy", "dspy"),
    _python("litellm", "LiteLLM", "litellm"),
    _node("ai-sdk", "AI SDK", "ai"),
)
STEPS = ("answer", "stream", "structured output", "call tools", "responses")
"""The columns of their table, in its order."""
