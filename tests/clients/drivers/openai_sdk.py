"""The `openai` package, whose base URL is an assistant."""

import asyncio

from openai import AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, OpenAI
from preparing import prepare
from recording import ASK, KEY, URL, finish, fresh, same, step


def synchronous(name: str) -> str:
    client = OpenAI(api_key=KEY, base_url=f"{URL}/assistant/chat/{name}", max_retries=0)
    with step("completions", "client.chat.completions.create(model, messages, temperature)"):
        whole = client.chat.completions.create(model="gpt-4o", messages=ASK, temperature=0.2)
        content = whole.choices[0].message.content or ""
        same((whole.object, whole.choices[0].finish_reason), ("chat.completion", "stop"))
        assert "90 metres" in content and "[1, pp. 1]" in content, content
        assert whole.usage.total_tokens > 0 and whole.created > 0
    with step("completions, streamed", "client.chat.completions.create(…, stream=True)"):
        chunks = list(
            client.chat.completions.create(
                model="gpt-4o", messages=ASK, stream=True, stream_options={"include_usage": True}
            )
        )
        same("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), content)
        same(chunks[0].choices[0].delta.role, "assistant")
        same(chunks[-2].choices[0].finish_reason, "stop")
        assert chunks[-1].usage.total_tokens > 0
    with step("completions with text parts", "messages=[{'content': [{'type': 'text', …}]}]"):
        parts = [{"role": "user", "content": [{"type": "text", "text": ASK[0]["content"]}]}]
        told = client.chat.completions.create(model="gpt-4o", messages=parts)
        assert "90 metres" in (told.choices[0].message.content or "")
    with step("report what is wrong", "create(model) raises BadRequestError"):
        try:
            client.chat.completions.create(model="gpt-1", messages=ASK)
        except BadRequestError as error:
            assert "Invalid model `gpt-1`" in str(error), error
        else:
            raise AssertionError("nothing was raised")
    with step("refuse a wrong key", "OpenAI(api_key='wrong') raises AuthenticationError"):
        try:
            client.with_options(api_key="wrong").chat.completions.create(
                model="gpt-4o", messages=ASK
            )
        except AuthenticationError as error:
            assert "Invalid API key." in str(error), error
        else:
            raise AssertionError("nothing was raised")
    with step("report what is missing", "create(…) raises NotFoundError"):
        try:
            client.with_options(base_url=f"{URL}/chat/nobody").chat.completions.create(
                model="gpt-4o", messages=ASK
            )
        except NotFoundError as error:
            assert 'Assistant "nobody" not found.' in error.body["message"], error.body
        else:
            raise AssertionError("nothing was raised")
    return content


async def asynchronous(name: str, content: str) -> None:
    base_url = f"{URL}/assistant/chat/{name}"
    async with AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0) as client:
        with step("completions, asynchronous", "await client.chat.completions.create(…)"):
            whole = await client.chat.completions.create(model="gpt-4o", messages=ASK)
            same(whole.choices[0].message.content, content)
            stream = await client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True)
            text = [c.choices[0].delta.content or "" async for c in stream]
            same("".join(text), content)


if __name__ == "__main__":
    assistant = fresh("openai")
    prepare(assistant)
    asyncio.run(asynchronous(assistant, synchronous(assistant)))
    finish()
