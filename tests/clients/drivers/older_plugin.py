"""`pinecone-plugin-assistant` 0.4 to 2.0, by what all of them have."""

import inspect
from typing import Any

from pinecone import Pinecone
from pinecone_plugins.assistant.models.chat import Message
from recording import ASK, DOCUMENTS, KEY, finish, fresh, same, step

pc = Pinecone(api_key=KEY)
name = fresh("older")
MESSAGES = [Message(**message) for message in ASK]
found: dict[str, Any] = {}

with step("create", "pc.assistant.create_assistant(name, …), list_assistants()"):
    made = pc.assistant.create_assistant(name, instructions="Be brief.", timeout=30)
    same(made.name, name)
    assert name in [one.name for one in pc.assistant.list_assistants()]
    assistant = pc.assistant.Assistant(name)

with step("upload", "assistant.upload_file(path, timeout)"):
    options: dict[str, Any] = {}
    if "metadata" in inspect.signature(assistant.upload_file).parameters:
        options["metadata"] = {"kind": "rules"}
    sent = assistant.upload_file(str(DOCUMENTS / "rules.pdf"), timeout=60, **options)
    same((sent.name, sent.status), ("rules.pdf", "Available"))

with step("list files", "assistant.list_files()"):
    same([one.id for one in assistant.list_files()], [sent.id])

with step("describe file", "assistant.describe_file(id)"):
    same(assistant.describe_file(sent.id).name, "rules.pdf")

with step("chat", "assistant.chat(messages)"):
    answer = assistant.chat(messages=MESSAGES)
    assert "pilot" in answer.message.content, answer
    same(answer.citations[0].references[0].file.name, "rules.pdf")

with step("chat, streamed", "assistant.chat(messages, stream=True)"):
    chunks = list(assistant.chat(messages=MESSAGES, stream=True))
    same((chunks[0].type, chunks[-1].type), ("message_start", "message_end"))
    text = "".join(chunk.delta.content for chunk in chunks if chunk.type == "content_chunk")
    assert "pilot" in text, text

with step("completions", "assistant.chat_completions(messages)"):
    completion = assistant.chat_completions(messages=MESSAGES)
    assert "pilot" in completion.choices[0].message.content, completion

if hasattr(assistant, "context"):
    with step("context", "assistant.context(query)"):
        snippets = assistant.context(query="Which ships must take a pilot?").snippets
        assert "pilot" in str(snippets[0]), snippets

with step("delete", "assistant.delete_file(id), pc.assistant.delete_assistant(name)"):
    assistant.delete_file(sent.id, timeout=60)
    pc.assistant.delete_assistant(name, timeout=60)

finish()
