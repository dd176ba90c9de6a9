"""Python libraries that speak the OpenAI API, against assistants that a language model answers for.

frameworks.py langchain|pydantic-ai|instructor|dspy|litellm|haystack|llamaindex
"""

import asyncio
import os
import sys
from collections.abc import Callable

from pydantic import BaseModel
from recording import KEY, URL, finish, same, step

BASE = f"{URL}/v1"
MODEL = os.environ["LODGEPOLE_ASSISTANT"] + "/gpt-4o"
QUESTION = "What does mooring cost?"
ANSWER = "14 euros"
os.environ |= {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": BASE, "LITELLM_LOCAL_MODEL_COST_MAP": "1"}


class Price(BaseModel):
    euros: int
    per: str


def holds(text: object) -> None:
    assert ANSWER in str(text), text


def langchain() -> None:
    from langchain_core.messages import HumanMessage, ToolMessage
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    def model(**options: object) -> ChatOpenAI:
        return ChatOpenAI(model=MODEL, base_url=BASE, api_key=KEY, **options)

    @tool
    def weather(place: str) -> str:
        """The weather at a place."""
        return f"Rain at {place}"

    with step("answer", "ChatOpenAI(model, base_url).invoke(question)"):
        holds(model().invoke(QUESTION).content)
    with step("stream", "ChatOpenAI(stream_usage=True).stream(question)"):
        holds("".join(str(part.content) for part in model(stream_usage=True).stream(QUESTION)))
    with step("structured output", ".with_structured_output(Price), by schema and by function"):
        for method in ("json_schema", "function_calling"):
            same(model().with_structured_output(Price, method=method).invoke(QUESTION).euros, 14)
    with step("call tools", ".bind_tools([weather]), the result in a ToolMessage"):
        bound = model().bind_tools([weather])
        asked = bound.invoke(QUESTION)
        result = ToolMessage("Rain", tool_call_id=asked.tool_calls[0]["id"])
        holds(bound.invoke([HumanMessage(QUESTION), asked, result]).content)
    with step("responses", "ChatOpenAI(use_responses_api=True).invoke(question)"):
        holds(model(use_responses_api=True).invoke(QUESTION).text)


def pydantic_ai() -> None:
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(base_url=BASE, api_key=KEY)
    model = OpenAIChatModel(MODEL, provider=provider)

    def weather(place: str) -> str:
        return f"Rain at {place}"

    async def streamed() -> str:
        async with Agent(model).run_stream(QUESTION) as result:
            return "".join([part async for part in result.stream_text(delta=True)])

    with step("answer", "Agent(OpenAIChatModel(…)).run_sync(question)"):
        holds(Agent(model, instructions="Be brief.").run_sync(QUESTION).output)
    with step("stream", "Agent(…).run_stream(question)"):
        holds(asyncio.run(streamed()))
    with step("structured output", "Agent(output_type=Price | NativeOutput(Price))"):
        same(Agent(model, output_type=Price).run_sync(QUESTION).output.euros, 14)
        same(Agent(model, output_type=NativeOutput(Price)).run_sync(QUESTION).output.euros, 14)
    with step("call tools", "Agent(tools=[weather]).run_sync(question)"):
        holds(Agent(model, tools=[weather]).run_sync(QUESTION).output)
    with step("responses", "Agent(OpenAIResponsesModel(…)).run_sync(question)"):
        holds(Agent(OpenAIResponsesModel(MODEL, provider=provider)).run_sync(QUESTION).output)


def instructor() -> None:
    import instructor as package
    import openai

    with step("structured output", "instructor.from_openai(client, mode: tools, schema, JSON)"):
        for mode in (package.Mode.TOOLS, package.Mode.JSON_SCHEMA, package.Mode.JSON):
            client = package.from_openai(openai.OpenAI(base_url=BASE, api_key=KEY), mode=mode)
            told = client.chat.completions.create(
                model=MODEL,
                response_model=Price,
                messages=[{"role": "user", "content": QUESTION}],
            )
            same(told.euros, 14)


def dspy() -> None:
    import dspy as package

    language_model = package.LM(f"openai/{MODEL}", api_base=BASE, api_key=KEY, cache=False)
    with step("structured output", "dspy.Predict('question -> answer'), JSONAdapter()"):
        for adapter in (package.ChatAdapter(), package.JSONAdapter()):
            with package.context(lm=language_model, adapter=adapter):
                holds(package.Predict("question -> answer")(question=QUESTION).answer)


def litellm() -> None:
    import litellm as package

    asked = {
        "model": f"openai/{MODEL}",
        "api_base": BASE,
        "api_key": KEY,
        "messages": [{"role": "user", "content": QUESTION}],
    }
    with step("answer", "litellm.completion(model='openai/ASSISTANT/MODEL', api_base)"):
        holds(package.completion(**asked).choices[0].message.content)
    with step("stream", "litellm.completion(…, stream=True)"):
        parts = package.completion(**asked, stream=True)
        holds("".join(part.choices[0].delta.content or "" for part in parts))


def haystack() -> None:
    from haystack.components.generators.chat import OpenAIChatGenerator
    from haystack.dataclasses import ChatMessage
    from haystack.utils import Secret

    with step("answer", "OpenAIChatGenerator(model, api_base_url).run([message])"):
        generator = OpenAIChatGenerator(
            model=MODEL, api_base_url=BASE, api_key=Secret.from_token(KEY)
        )
        holds(generator.run([ChatMessage.from_user(QUESTION)])["replies"][0].text)


def llamaindex() -> None:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model=MODEL, api_base=BASE, api_key=KEY, is_chat_model=True)
    with step("answer", "OpenAILike(model, api_base, is_chat_model=True).chat([message])"):
        holds(model.chat([ChatMessage(role="user", content=QUESTION)]).message.content)
    with step("stream", "OpenAILike(…).stream_chat([message])"):
        parts = model.stream_chat([ChatMessage(role="user", content=QUESTION)])
        holds("".join(part.delta or "" for part in parts))


KINDS: dict[str, Callable[[], None]] = {
    "langchain": langchain,
    "pydantic-ai": pydantic_ai,
    "instructor": instructor,
    "dspy": dspy,
    "litellm": litellm,
    "haystack": haystack,
    "llamaindex": llamaindex,
}
KINDS[sys.argv[1]]()
finish()
