"""`pinecone-plugin-assistant` 1 and 3 on `pinecone` 7 and 8, and the same names in 9 and 10."""

import time
from io import BytesIO
from typing import Any

from pinecone import Pinecone
from recording import ASK, DOCUMENTS, KEY, URL, cites_rules, download, finish, fresh, same, step


def refused(call: Any) -> Exception:
    try:
        call()
    except Exception as error:  # the plugin's errors have no common class of their own
        return error
    raise AssertionError("nothing was raised")


def assistants(api: Any, name: str) -> Any:
    with step("create assistant", "pc.assistant.create_assistant(…, region, timeout=30)"):
        made = api.create_assistant(
            assistant_name=name,
            instructions="Be brief.",
            metadata={"team": "port"},
            region="us",
            timeout=30,
        )
        same((made.name, made.status), (name, "Ready"))
        assert made.host.startswith(URL)
    with step("create assistant without waiting", "pc.assistant.create_assistant(…, timeout=-1)"):
        other = fresh("now")
        same(api.create_assistant(other, timeout=-1).status, "Initializing")
    with step("describe assistant", "pc.assistant.describe_assistant(name), Assistant(name)"):
        found = api.describe_assistant(name)
        same((found.status, found.metadata), ("Ready", {"team": "port"}))
        same(by_name(api, name).name, name)
    with step("list assistants", "pc.assistant.list_assistants()"):
        assert {name, other} <= {a.name for a in api.list_assistants()}
    with step("update assistant", "pc.assistant.update_assistant(name, instructions, metadata)"):
        changed = api.update_assistant(name, instructions="New.", metadata={"a": 1})
        same((changed.name, changed.instructions, changed.metadata), (name, "New.", {"a": 1}))
    with step(
        "delete assistant without waiting", "pc.assistant.delete_assistant(name, timeout=-1)"
    ):
        api.delete_assistant(other, timeout=-1)
    return by_name(api, name)


def by_name(api: Any, name: str) -> Any:
    """The plugin's `pc.assistant.Assistant(name)`, which later is `pc.assistant(name)`."""
    return api.Assistant(assistant_name=name) if hasattr(api, "Assistant") else api(name)


def files(assistant: Any) -> None:
    with step("upload file from path", "assistant.upload_file(path, metadata, timeout)"):
        path = DOCUMENTS / "rules.pdf"
        file = assistant.upload_file(
            str(path), metadata={"number": 4, "tags": ["harbour", path.name]}, timeout=60
        )
        same((file.name, file.status, file.size), (path.name, "Available", path.stat().st_size))
        same(file.metadata, {"number": 4, "tags": ["harbour", path.name]})
    with step("upload file without waiting", "assistant.upload_file(path, timeout=-1)"):
        for path in sorted(DOCUMENTS.iterdir()):
            if path.name != "rules.pdf":
                metadata = {"number": 1, "tags": [path.name]}
                sent = assistant.upload_file(str(path), metadata=metadata, timeout=-1)
                assert sent.status in ("Processing", "Available"), sent
    with step("upload file from stream", "assistant.upload_bytes_stream(stream, file_name, …)"):
        file = assistant.upload_bytes_stream(
            BytesIO(b"The bridge opens at noon."), "bridge.txt", multimodal=False, timeout=60
        )
        same((file.name, file.status), ("bridge.txt", "Available"))
    with step("report unreadable file", "assistant.upload_bytes_stream(…) raises"):
        error = refused(
            lambda: assistant.upload_bytes_stream(BytesIO(b"no PDF"), "broken.pdf", timeout=60)
        )
        assert "failed" in str(error), error
    with step("list files", "assistant.list_files()"):
        names = {p.name for p in DOCUMENTS.iterdir()} | {"bridge.txt", "broken.pdf"}
        until(lambda: all(f.status != "Processing" for f in assistant.list_files()))
        same({f.name for f in assistant.list_files()}, names)
    with step("list files by metadata", "assistant.list_files(filter)"):
        filter = {"$or": [{"number": {"$gt": 3}}, {"tags": {"$eq": "notes.md"}}]}
        found = assistant.list_files(filter=filter)
        same({f.name for f in found}, {"rules.pdf", "notes.md"})
    with step("describe file", "assistant.describe_file(file_id)"):
        same(assistant.describe_file(file_id=file.id).name, "bridge.txt")
    with step("describe file with link", "assistant.describe_file(file_id, include_url=True)"):
        linked = assistant.describe_file(file_id=file.id, include_url=True)
        same(download(linked.signed_url), b"The bridge opens at noon.")
    with step("upload multimodal PDF", "assistant.upload_file(…, multimodal=True), context(…)"):
        seen = assistant.upload_file(
            str(DOCUMENTS / "rules.pdf"), metadata={"kind": "seen"}, multimodal=True, timeout=60
        )
        same((seen.status, seen.multimodal), ("Available", True))
        asked = {"query": "What does mooring cost?", "filter": {"kind": "seen"}, "multimodal": True}
        got = assistant.context(**asked, include_binary_content=False)
        same(got.snippets[0].reference.file.multimodal, True)
        assistant.delete_file(file_id=seen.id, timeout=-1)
    with step("delete file", "assistant.delete_file(file_id, timeout)"):
        assistant.delete_file(file_id=file.id, timeout=60)
        assert "not found in provided assistant" in str(
            refused(lambda: assistant.describe_file(file_id=file.id))
        )

    if hasattr(type(assistant), "list_files_paginated"):  # `pinecone` 9 and 10
        since_9(assistant)


def since_9(assistant: Any) -> None:
    with step("upsert file", "assistant.upload_bytes_stream(stream, file_name, file_id)"):
        for text in (b"The ferry leaves at six.", b"The ferry leaves at seven."):
            file = assistant.upload_bytes_stream(
                BytesIO(text),
                "ferry.txt",
                metadata={"tags": ["upserted"]},
                file_id="f-1",
                timeout=60,
            )
            same((file.id, file.status), ("f-1", "Available"))
            found = assistant.context(query="When?", filter={"tags": "upserted"})
            same([s.content.strip() for s in found.snippets], [text.decode()])


def until(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.2)


def answers(assistant: Any) -> None:
    with step("chat", "assistant.chat(messages)"):
        answer = assistant.chat(messages=ASK)
        assert "90 metres" in answer.message.content
        same(answer.finish_reason, "stop")
        cites_rules(answer.citations, highlight=False)
    with step("chat with highlights", "assistant.chat(messages, include_highlights=True)"):
        quoted = assistant.chat(messages=ASK, include_highlights=True)
        cites_rules(quoted.citations, highlight=True)
    with step("chat with options", "assistant.chat(model, temperature, filter, context_options)"):
        filtered = assistant.chat(
            messages=[{"role": "user", "content": "How many steps does the lighthouse have?"}],
            model="gpt-4.1",
            temperature=0.5,
            filter={"tags": "lighthouse.docx"},
            context_options={"top_k": 4, "snippet_size": 512},
        )
        assert "169" in filtered.message.content, filtered
        same({r.file.name for c in filtered.citations for r in c.references}, {"lighthouse.docx"})
    with step("chat with a JSON answer", "assistant.chat(messages, json_response=True)"):
        told = assistant.chat(messages=ASK, json_response=True)
        assert told.message.content.startswith("{")
    with step("chat, streamed", "assistant.chat(messages, stream=True, include_highlights=True)"):
        chunks = list(assistant.chat(messages=ASK, stream=True, include_highlights=True))
        same([chunks[0].type, chunks[-1].type], ["message_start", "message_end"])
        text = "".join(c.delta.content for c in chunks if c.type == "content_chunk")
        same(text, answer.message.content)
        cites_rules([c.citation for c in chunks if c.type == "citation"], highlight=True)
        assert chunks[-1].usage.total_tokens > 0
    with step("completions", "assistant.chat_completions(messages, model)"):
        whole = assistant.chat_completions(messages=ASK, model="gpt-4o")
        content = whole.choices[0].message.content
        assert "90 metres" in content and "[1, pp. 1]" in content, content
    with step("completions, streamed", "assistant.chat_completions(messages, stream=True)"):
        chunks = list(assistant.chat_completions(messages=ASK, stream=True))
        same("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), content)
        same(chunks[-1].choices[0].finish_reason, "stop")
    with step("context", "assistant.context(query, top_k, snippet_size, filter)"):
        got = assistant.context(query="What does mooring cost?", top_k=3, snippet_size=512)
        reference = got.snippets[0].reference
        same((reference.file.name, 2 in reference.pages), ("rules.pdf", True))
        got = assistant.context(query="Herring?", filter={"tags": "plain.txt"})
        same({s.reference.file.name for s in got.snippets}, {"plain.txt"})
    with step("context of a conversation", "assistant.context(messages)"):
        got = assistant.context(messages=ASK)
        same(got.snippets[0].reference.file.name, "rules.pdf")


def evaluation(api: Any) -> None:
    with step("evaluate", "pc.assistant.evaluation.metrics.alignment(…)"):
        judged = api.evaluation.metrics.alignment(
            question="What is the capital of Spain?",
            answer="Barcelona.",
            ground_truth_answer="Madrid.",
        )
        if hasattr(judged, "scores"):  # as `pinecone` 9 and 10 give it under the old name too
            scores, facts = judged.scores, judged.facts
        else:
            scores, facts = judged.metrics, judged.reasoning.evaluated_facts
        same(scores.alignment, 0.0)
        same([fact.entailment for fact in facts], ["contradicted"])


def failures(api: Any, name: str) -> None:
    with step("refuse a wrong key", "Pinecone(api_key='wrong').assistant.list_assistants() raises"):
        stranger = Pinecone(api_key="wrong")
        assert "Invalid API key." in str(refused(stranger.assistant.list_assistants))
    with step("report what is missing", "pc.assistant.describe_assistant(name) raises"):
        assert "nobody" in str(refused(lambda: api.describe_assistant("nobody")))
    with step("report what is wrong", "assistant.context(query, top_k=100) raises"):
        error = refused(lambda: by_name(api, name).context(query="What?", top_k=100))
        assert "top_k must be between 1 and 64" in str(error), error


def main() -> None:
    pc = Pinecone(api_key=KEY)
    name = fresh("plugin")
    api = pc.assistant
    assistant = assistants(api, name)
    files(assistant)
    answers(assistant)
    evaluation(api)
    failures(api, name)
    with step("delete assistant", "pc.assistant.delete_assistant(name, timeout)"):
        api.delete_assistant(name, timeout=60)
        refused(lambda: api.describe_assistant(name))
    finish()


main()
