"""Streams of an answer whose model takes longer than the official Python client waits.

slow_stream.py sdk|plugin|openai; prints one line of JSON, as the other drivers.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from recording import KEY, URL, finish, same, step

NAME = os.environ["LODGEPOLE_ASSISTANT"]
ASK = [{"role": "user", "content": "What does mooring cost?"}]
KIND = sys.argv[1]


def pieces(chunks: Any) -> tuple[str, str]:
    """The text of a chat's chunks, and what the last one is."""
    told = list(chunks)
    texts = [c.delta.content for c in told if c.type == "content_chunk"]
    return "".join(texts), told[-1].type


def completion(chunks: Any) -> str:
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def main() -> None:
    if KIND == "openai":
        from openai import OpenAI

        client = OpenAI(api_key=KEY, base_url=f"{URL}/v1", max_retries=0, timeout=30)
        with step("slow stream", "client.chat.completions.create(…, stream=True)"):
            asked = {"model": NAME, "messages": ASK, "stream": True}
            assert "14 euros" in completion(client.chat.completions.create(**asked))
        return
    from pinecone import Pinecone

    if KIND == "plugin":
        pc = Pinecone(api_key=KEY)
        made = pc.assistant.Assistant if hasattr(pc.assistant, "Assistant") else pc.assistant
        assistant = made(NAME)
        other = made(NAME)
        with ThreadPoolExecutor(1) as pool:  # both wait
            told = pool.submit(
                lambda: completion(other.chat_completions(messages=ASK, stream=True))
            )
            with step("slow stream", "assistant.chat(messages, stream=True)"):
                text, last = pieces(assistant.chat(messages=ASK, stream=True))
                assert "14 euros" in text, text
                same(last, "message_end")
            with step("slow completions", "assistant.chat_completions(messages, stream=True)"):
                assert "14 euros" in told.result()
        return
    pc = Pinecone(api_key=KEY, host=URL)
    with step("slow stream", "pc.assistants.chat(messages, stream=True)"):
        asked = {"assistant_name": NAME, "messages": ASK, "stream": True}
        text, last = pieces(pc.assistants.chat(**asked))
        assert "14 euros" in text, text
        same(last, "message_end")


main()
finish()
