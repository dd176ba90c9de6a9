"""`pinecone` 9 and 10, whose assistants are part of the package; synchronous and asynchronous.

The asynchronous client has the same names, so that one script drives both: what a call returns
is awaited where it can be.
"""

import asyncio
import inspect
import sys
from io import BytesIO
from typing import Any

from pinecone import AsyncPinecone, Pinecone
from pinecone.errors import ApiError, ConflictError, NotFoundError, PineconeError, UnauthorizedError
from pinecone.models.assistant import ContextOptions
from recording import ASK, DOCUMENTS, KEY, URL, cites_rules, download, finish, fresh, same, step

ASYNCHRONOUS = "--async" in sys.argv
CLIENT = AsyncPinecone if ASYNCHRONOUS else Pinecone
HERE = "await pc.assistants" if ASYNCHRONOUS else "pc.assistants"


async def done(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def items(values: Any) -> list[Any]:
    if hasattr(values, "__aiter__"):
        return [value async for value in values]
    return list(values)


async def close(pc: Any) -> None:
    await done(pc.close())


class Expected(Exception):
    """Nothing was raised where an error was due."""


async def refused(kind: type[Exception], call: Any) -> Exception:
    try:
        await done(call())
    except kind as error:
        return error
    raise Expected(kind.__name__)


async def assistants(api: Any, name: str) -> None:
    with step("create assistant", f"{HERE}.create(name, instructions, metadata, region, timeout)"):
        made = await done(
            api.create(
                name=name,
                instructions="Be brief.",
                metadata={"team": "port", "nested": {"a": [1]}},
                region="eu",
                timeout=30,
            )
        )
        same((made.name, made.status, made.host), (name, "Ready", URL))
        same(made.metadata, {"team": "port", "nested": {"a": [1]}})
    with step("create assistant without waiting", f"{HERE}.create(name, timeout=-1)"):
        other = fresh("now")
        same((await done(api.create(name=other, timeout=-1))).status, "Initializing")
    with step("describe assistant", f"{HERE}.describe(name)"):
        found = await done(api.describe(name=name))
        same((found.status, found.instructions), ("Ready", "Be brief."))
    with step("list assistants", f"{HERE}.list(), list_page(page_size, pagination_token)"):
        assert {name, other} <= {a.name for a in await items(api.list())}
        page = await done(api.list_page(page_size=1))
        same(len(page.assistants), 1)
        following = await done(api.list_page(page_size=1, pagination_token=page.next))
        assert following.assistants[0].name != page.assistants[0].name
    with step("update assistant", f"{HERE}.update(name, instructions, metadata)"):
        changed = await done(api.update(name=name, instructions="New.", metadata={"a": 1}))
        same((changed.instructions, changed.metadata), ("New.", {"a": 1}))
        cleared = await done(api.update(name=name, instructions="", metadata={}))
        same((cleared.instructions, cleared.metadata), (None, None))
    with step("delete assistant without waiting", f"{HERE}.delete(name, timeout=-1)"):
        await done(api.delete(name=other, timeout=-1))


async def files(api: Any, name: str) -> None:
    of = {"assistant_name": name}
    with step("upload file from path", f"{HERE}.upload_file(file_path, metadata, timeout)"):
        for number, path in enumerate(sorted(DOCUMENTS.iterdir())):
            file = await done(
                api.upload_file(
                    **of,
                    file_path=str(path),
                    metadata={"number": number, "tags": ["harbour", path.name]},
                    timeout=60,
                )
            )
            same((file.name, file.status, file.size), (path.name, "Available", path.stat().st_size))
            same(file.metadata, {"number": number, "tags": ["harbour", path.name]})
    with step("upload file from stream", f"{HERE}.upload_file(file_stream, file_name, multimodal)"):
        file = await done(
            api.upload_file(
                **of,
                file_stream=BytesIO(b"The bridge opens at noon."),
                file_name="br\u00fccke.txt",
                multimodal=False,
                timeout=60,
            )
        )
        same((file.name, file.status), ("br\u00fccke.txt", "Available"))
    with step("upload file without waiting", f"{HERE}.upload_file(file_stream, timeout=-1)"):
        stream = {"file_stream": BytesIO(b"Mole: 300 metres."), "file_name": "mole.txt"}
        sent = await done(api.upload_file(**of, **stream, timeout=-1))
        assert sent.status in ("Processing", "Available"), sent
    with step("report unreadable file", f"{HERE}.upload_file(…) raises PineconeError"):
        broken = {"file_stream": BytesIO(b"no PDF"), "file_name": "broken.pdf", "timeout": 60}
        await refused(PineconeError, lambda: api.upload_file(**of, **broken))
    with step("list files", f"{HERE}.list_files(), list_files_page(page_size, pagination_token)"):
        names = {f.name for f in await items(api.list_files(**of))}
        same(names, {p.name for p in DOCUMENTS.iterdir()} | ADDED)
        page = await done(api.list_files_page(**of, page_size=2))
        rest = await done(api.list_files_page(**of, page_size=100, pagination_token=page.next))
        same((len(page.files), len(rest.files), rest.next), (2, len(names) - 2, None))
    with step("list files by metadata", f"{HERE}.list_files(filter)"):
        filter = {"$and": [{"tags": {"$in": ["notes.md", "rules.pdf"]}}, {"number": {"$gte": 4}}]}
        same([f.name for f in await items(api.list_files(**of, filter=filter))], ["rules.pdf"])
    with step("describe file", f"{HERE}.describe_file(file_id)"):
        found = await done(api.describe_file(**of, file_id=file.id))
        same((found.name, found.status, found.signed_url), (file.name, "Available", None))
    with step("describe file with link", f"{HERE}.describe_file(file_id, include_url=True)"):
        found = await done(api.describe_file(**of, file_id=file.id, include_url=True))
        same(download(found.signed_url), b"The bridge opens at noon.")
    with step("upload multimodal PDF", f"{HERE}.upload_file(…, multimodal=True), context(…)"):
        path = DOCUMENTS / "rules.pdf"
        seen = {"file_path": str(path), "metadata": {"kind": "seen"}, "multimodal": True}
        file = await done(api.upload_file(**of, **seen, timeout=60))
        same((file.status, file.multimodal), ("Available", True))
        asked = {"query": "What does mooring cost?", "filter": {"kind": "seen"}, "multimodal": True}
        got = await done(api.context(**of, **asked, include_binary_content=False))
        same(got.snippets[0].reference.file.multimodal, True)
        await done(api.delete_file(**of, file_id=file.id, timeout=-1))
    with step("upsert file", f"{HERE}.upload_file(file_id, file_stream, file_name, metadata)"):
        for text in (b"The ferry leaves at six.", b"The ferry leaves at seven."):
            upserted = await done(
                api.upload_file(
                    **of,
                    file_stream=BytesIO(text),
                    file_name="ferry.txt",
                    file_id="ferry-1",
                    metadata={"tags": ["upserted"]},
                    timeout=60,
                )
            )
            same((upserted.id, upserted.status), ("ferry-1", "Available"))
            only = {"tags": "upserted"}
            got = await done(api.context(**of, query="When does the ferry leave?", filter=only))
            same([s.content.strip() for s in got.snippets], [text.decode()])
    with step("delete file", f"{HERE}.delete_file(file_id, timeout)"):
        await done(api.delete_file(**of, file_id="ferry-1", timeout=60))
        await refused(NotFoundError, lambda: api.describe_file(**of, file_id="ferry-1"))
    if hasattr(api, "list_operations"):
        await operations(api, of)


async def operations(api: Any, of: dict[str, str]) -> None:
    with step("list operations", f"{HERE}.list_operations(), list_operations_page(page_size)"):
        found = await items(api.list_operations(**of))
        same([o.operation_type for o in found[:2]], ["delete_file", "upsert_file"])
        page = await done(api.list_operations_page(**of, page_size=1))
        same((len(page.operations), page.next is None), (1, False))
    with step("list operations by type and status", f"{HERE}.list_operations(operation_type, …)"):
        failed = await items(
            api.list_operations(**of, operation_type="upload_file", status="Failed")
        )
        same([bool(o.error) for o in failed], [True])
    with step("describe operation", f"{HERE}.describe_operation(operation_id)"):
        one = await done(api.describe_operation(**of, operation_id=found[0].operation_id))
        same((one.status, one.file_id, one.percent_complete), ("Completed", "ferry-1", 100))


async def answers(api: Any, name: str) -> None:
    of = {"assistant_name": name}
    with step("chat", f"{HERE}.chat(messages)"):
        answer = await done(api.chat(**of, messages=ASK))
        assert "90 metres" in answer.message.content
        same(answer.finish_reason, "stop")
        assert answer.usage.total_tokens > 0
        cites_rules(answer.citations, highlight=False)
    with step("chat with highlights", f"{HERE}.chat(messages, include_highlights=True)"):
        quoted = await done(api.chat(**of, messages=ASK, include_highlights=True))
        cites_rules(quoted.citations, highlight=True)
    with step("chat with options", f"{HERE}.chat(model, temperature, filter, context_options)"):
        filtered = await done(
            api.chat(
                **of,
                messages=[
                    {"role": "user", "content": "Tell me about the lighthouse."},
                    {"role": "assistant", "content": "What about it?"},
                    {"role": "user", "content": "How many steps does it have, at Anholt?"},
                ],
                model="claude-sonnet-4-5",
                temperature=0.5,
                filter={"tags": "lighthouse.docx"},
                context_options=ContextOptions(top_k=4, snippet_size=512),
            )
        )
        assert "169" in filtered.message.content, filtered
        same({r.file.name for c in filtered.citations for r in c.references}, {"lighthouse.docx"})
        assert "claude-sonnet-4-5" in filtered.model
    with step("chat with a JSON answer", f"{HERE}.chat(messages, json_response=True)"):
        told = await done(api.chat(**of, messages=ASK, json_response=True))
        assert told.message.content.startswith("{")
    with step("chat, streamed", f"{HERE}.chat(messages, stream=True, include_highlights=True)"):
        stream = await done(api.chat(**of, messages=ASK, stream=True, include_highlights=True))
        chunks = await items(stream)
        same([chunks[0].type, chunks[-1].type], ["message_start", "message_end"])
        same(
            "".join(c.delta.content for c in chunks if c.type == "content_chunk"),
            answer.message.content,
        )
        cites_rules([c.citation for c in chunks if c.type == "citation"], highlight=True)
        assert chunks[-1].usage.total_tokens > 0
    with step("completions", f"{HERE}.chat_completions(messages, model)"):
        whole = await done(api.chat_completions(**of, messages=ASK, model="gpt-4o"))
        content = whole.choices[0].message.content
        assert "90 metres" in content and "[1, pp. 1]" in content, content
    with step("completions, streamed", f"{HERE}.chat_completions(messages, stream=True)"):
        stream = await done(api.chat_completions(**of, messages=ASK, stream=True))
        chunks = await items(stream)
        same("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), content)
        same(chunks[-1].choices[0].finish_reason, "stop")
    with step("context", f"{HERE}.context(query, top_k, snippet_size, filter)"):
        for question, (file, kind) in CONTEXT.items():
            got = await done(api.context(**of, query=question, top_k=3, snippet_size=512))
            reference = got.snippets[0].reference
            same(reference.file.name, file)
            same(getattr(reference, "type", kind), kind)  # `pinecone` 9 does not tell it
            same(bool(getattr(reference, "pages", None)), kind in ("pdf", "doc_x"))
            same(got.usage.completion_tokens, 0)
        only = {"tags": {"$ne": "rules.pdf"}}
        got = await done(api.context(**of, query="What does mooring cost?", filter=only))
        assert "rules.pdf" not in {s.reference.file.name for s in got.snippets}
    with step("context of a conversation", f"{HERE}.context(messages)"):
        got = await done(api.context(**of, messages=ASK, multimodal=False))
        same(got.snippets[0].reference.file.name, "rules.pdf")
        assert "pilot" in got.snippets[0].content


ADDED = {"br\u00fccke.txt", "mole.txt", "broken.pdf"}
CONTEXT = {
    "What does mooring cost?": ("rules.pdf", "pdf"),
    "When was the lighthouse built?": ("lighthouse.docx", "doc_x"),
    "When does the ferry leave Grenaa?": ("notes.md", "markdown"),
    "How much is herring?": ("plain.txt", "text"),
    "Which berth has the boat Odin?": ("boats.json", "json"),
}


async def evaluation(api: Any) -> None:
    with step("evaluate", f"{HERE}.evaluate_alignment(question, answer, ground_truth_answer)"):
        question = "What is the capital of Spain?"
        right = await done(
            api.evaluate_alignment(
                question=question, answer="Madrid.", ground_truth_answer="Madrid."
            )
        )
        same(right.scores.alignment, 1.0)
        wrong = await done(
            api.evaluate_alignment(
                question=question, answer="Barcelona.", ground_truth_answer="Madrid."
            )
        )
        same([fact.entailment for fact in wrong.facts], ["contradicted"])


async def failures(api: Any, name: str) -> None:
    with step("refuse a wrong key", f"{CLIENT.__name__}(api_key='wrong') raises UnauthorizedError"):
        stranger = CLIENT(api_key="wrong", host=URL)
        error = await refused(UnauthorizedError, lambda: stranger.assistants.describe(name=name))
        assert "Invalid API key." in str(error)
        await close(stranger)
    with step("report what is missing", f"{HERE}.describe(name) raises NotFoundError"):
        error = await refused(NotFoundError, lambda: api.describe(name="nobody"))
        assert 'Assistant "nobody" not found.' in str(error)
    with step("report what is wrong", f"{HERE}.create(…), chat(model) raise ApiError"):
        await refused(ConflictError, lambda: api.create(name=name))
        of = {"assistant_name": name, "messages": ASK}
        error = await refused(ApiError, lambda: api.chat(**of, model="gpt-1"))
        assert "Invalid model `gpt-1`" in str(error)


async def main() -> None:
    pc = CLIENT(api_key=KEY, host=URL)
    name = fresh("async" if ASYNCHRONOUS else "sync")
    api = pc.assistants
    await assistants(api, name)
    await files(api, name)
    await answers(api, name)
    await evaluation(api)
    await failures(api, name)
    with step("delete assistant", f"{HERE}.delete(name, timeout)"):
        await done(api.delete(name=name, timeout=60))
        await refused(NotFoundError, lambda: api.describe(name=name))
    await close(pc)
    finish()


asyncio.run(main())
