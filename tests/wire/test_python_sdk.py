"""The newest official Python SDK, unmodified, against a live server."""

import base64
import uuid
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import google_crc32c
import httpx2
import pytest
from pinecone import AsyncPinecone, Pinecone
from pinecone.errors import (
    ApiError,
    ConflictError,
    NotFoundError,
    PineconeError,
    UnauthorizedError,
)
from pinecone.models.assistant import (
    ContextOptions,
    StreamCitationChunk,
    StreamContentChunk,
    StreamMessageEnd,
    StreamMessageStart,
)
from tests.wire.conftest import FILES, Server
from tests.wire.requirements import requirement

pytestmark = pytest.mark.live
ASK = [{"role": "user", "content": "Which ships must take a pilot on board?"}]


@pytest.fixture(scope="module")
def pc(server: Server) -> Iterator[Pinecone]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINECONE_PLUGIN_ASSISTANT_DATA_HOST", server.url)
        with Pinecone(api_key=server.key, host=server.url) as client:
            yield client


@pytest.fixture
async def apc(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncPinecone]:
    monkeypatch.setenv("PINECONE_PLUGIN_ASSISTANT_DATA_HOST", server.url)
    async with AsyncPinecone(api_key=server.key, host=server.url) as client:
        yield client


def fresh_name() -> str:
    return f"wire-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def harbour(pc: Pinecone) -> str:
    """An assistant with a file of each kind; its name."""
    name = fresh_name()
    pc.assistants.create(name=name, instructions="Be brief.", metadata={"team": "port"})
    for number, (file_name, content) in enumerate(FILES.items()):
        pc.assistants.upload_file(
            assistant_name=name,
            file_stream=BytesIO(content),
            file_name=file_name,
            metadata={"number": number, "tags": ["harbour", file_name]},
            timeout=60,
        )
    return name


# --- assistants -------------------------------------------------------------------------------


@requirement("client.unmodified", "assistant.initializing")
def test_an_assistant_is_created_changed_listed_and_deleted(pc: Pinecone, server: Server):
    name = fresh_name()
    made = pc.assistants.create(name=name, timeout=-1)
    assert made.status == "Initializing"
    assert made.host == server.url
    ready = pc.assistants.describe(name=name)
    assert (ready.status, ready.region, ready.metadata) == ("Ready", "us", None)
    changed = pc.assistants.update(name=name, instructions="New.", metadata={"a": 1})
    assert (changed.instructions, changed.metadata) == ("New.", {"a": 1})
    cleared = pc.assistants.update(name=name, instructions="", metadata={})
    assert (cleared.instructions, cleared.metadata) == (None, None)
    assert name in [a.name for a in pc.assistants.list()]
    page = pc.assistants.list_page(page_size=1)
    assert len(page.assistants) == 1
    with pytest.raises(ConflictError):
        pc.assistants.create(name=name)
    pc.assistants.delete(name=name)
    with pytest.raises(NotFoundError):
        pc.assistants.describe(name=name)


def test_paging_visits_every_assistant_once(pc: Pinecone):
    names = {fresh_name() for _ in range(3)}
    for name in names:
        pc.assistants.create(name=name, timeout=-1)
    seen, token = [], None
    while True:
        page = pc.assistants.list_page(page_size=2, pagination_token=token)
        seen += [a.name for a in page.assistants]
        token = page.next
        if token is None:
            break
    assert len(seen) == len(set(seen))
    assert names <= set(seen)
    for name in names:
        pc.assistants.delete(name=name, timeout=-1)


def test_failures_are_the_sdks_own_errors(pc: Pinecone, server: Server):
    with (
        Pinecone(api_key="wrong", host=server.url) as stranger,
        pytest.raises(UnauthorizedError, match="Invalid API key"),
    ):
        stranger.assistants.list().to_list()
    with pytest.raises(NotFoundError, match='Assistant "nobody" not found'):
        pc.assistants.describe(name="nobody")
    with pytest.raises(ApiError, match="Invalid assistant name"):
        pc.assistants.create(name="not_a_name")


# --- files and operations ---------------------------------------------------------------------


@requirement("file.shape")
def test_uploaded_files_are_described_whole(pc: Pinecone, harbour: str):
    files = {f.name: f for f in pc.assistants.list_files(assistant_name=harbour)}
    assert set(files) == set(FILES)
    for name, content in FILES.items():
        file = files[name]
        assert (file.status, file.size, file.multimodal) == ("Available", len(content), False)
        digest = google_crc32c.Checksum(content).digest()
        assert file.content_hash == base64.b64encode(digest).decode()
        assert file.signed_url is None


@requirement("filter.operators", "filter.lists")
def test_files_are_found_by_metadata(pc: Pinecone, harbour: str):
    def names(filter: dict) -> set[str]:
        return {f.name for f in pc.assistants.list_files(assistant_name=harbour, filter=filter)}

    assert names({"number": {"$gte": 3}}) == {"plain.txt", "boats.json"}
    assert names({"tags": "notes.md"}) == {"notes.md"}
    assert names({"$not": {"tags": {"$in": ["notes.md", "rules.pdf"]}}}) == (
        set(FILES) - {"notes.md", "rules.pdf"}
    )
    with pytest.raises(ApiError, match=r"\$"):
        names({"tags": {"$near": 1}})


def test_a_signed_url_downloads_the_file(pc: Pinecone, harbour: str):
    [file] = pc.assistants.list_files(assistant_name=harbour, filter={"tags": "rules.pdf"})
    described = pc.assistants.describe_file(
        assistant_name=harbour, file_id=file.id, include_url=True
    )
    got = httpx2.get(described.signed_url)
    assert (got.status_code, got.content) == (200, FILES["rules.pdf"])
    assert got.headers["content-type"] == "application/pdf"


def test_a_file_from_disk_is_uploaded_and_deleted(pc: Pinecone, tmp_path: Path):
    name = fresh_name()
    pc.assistants.create(name=name)
    path = tmp_path / "bericht ü.txt"
    path.write_text("Der Leuchtturm hat 169 Stufen.", encoding="utf-8")
    file = pc.assistants.upload_file(assistant_name=name, file_path=str(path), timeout=60)
    assert (file.name, file.status) == ("bericht ü.txt", "Available")
    pc.assistants.delete_file(assistant_name=name, file_id=file.id, timeout=60)
    with pytest.raises(NotFoundError, match="not found in provided assistant"):
        pc.assistants.describe_file(assistant_name=name, file_id=file.id)
    operations = pc.assistants.list_operations(assistant_name=name).to_list()
    assert [o.operation_type for o in operations] == ["delete_file", "upload_file"]
    assert {o.status for o in operations} == {"Completed"}
    one = pc.assistants.describe_operation(
        assistant_name=name, operation_id=operations[1].operation_id
    )
    assert (one.file_id, one.percent_complete, one.error) == (file.id, 100, None)
    only = pc.assistants.list_operations(
        assistant_name=name, operation_type="delete_file", status="Completed"
    )
    assert len(only.to_list()) == 1
    pc.assistants.delete(name=name, timeout=-1)


def test_upserting_replaces_a_file_under_its_id(pc: Pinecone):
    name = fresh_name()
    pc.assistants.create(name=name)
    for content in (b"The bridge opens at noon.", b"The bridge opens at dusk."):
        file = pc.assistants.upload_file(
            assistant_name=name,
            file_stream=BytesIO(content),
            file_name="bridge.txt",
            file_id="bridge-1",
            timeout=60,
        )
        assert (file.id, file.status) == ("bridge-1", "Available")
        found = pc.assistants.context(assistant_name=name, query="When does the bridge open?")
        assert [s.content.strip() for s in found.snippets] == [content.decode()]
    pc.assistants.delete(name=name, timeout=-1)


def test_a_file_that_cannot_be_read_fails_with_its_reason(pc: Pinecone, harbour: str):
    with pytest.raises(PineconeError, match="failed"):
        pc.assistants.upload_file(
            assistant_name=harbour,
            file_stream=BytesIO(b"this is no PDF"),
            file_name="broken.pdf",
            timeout=60,
        )
    [failed] = [
        f for f in pc.assistants.list_files(assistant_name=harbour) if f.name == "broken.pdf"
    ]
    assert failed.status == "ProcessingFailed"
    pc.assistants.delete_file(assistant_name=harbour, file_id=failed.id, timeout=60)


def test_a_file_over_its_limit_is_refused_in_words(pc: Pinecone, harbour: str):
    with pytest.raises(ApiError, match="larger than the 10000000 bytes") as refused:
        pc.assistants.upload_file(
            assistant_name=harbour, file_stream=BytesIO(b"x" * 10_500_000), file_name="big.txt"
        )
    assert refused.value.status_code == 413
    with pytest.raises(ApiError, match="must end in one of"):
        pc.assistants.upload_file(
            assistant_name=harbour, file_stream=BytesIO(b"MZ"), file_name="a.exe"
        )


# --- answers ----------------------------------------------------------------------------------


@requirement("chat.citation-pages", "chat.highlights", "link.works")
def test_an_answer_cites_the_right_page_in_its_words(pc: Pinecone, harbour: str):
    answer = pc.assistants.chat(assistant_name=harbour, messages=ASK, include_highlights=True)
    assert "90 metres" in answer.message.content
    assert answer.message.role == "assistant"
    assert answer.finish_reason == "stop"
    assert answer.context_snippet_count > 0
    assert answer.usage.total_tokens > 0
    reference = answer.citations[0].references[0]
    assert (reference.file.name, reference.pages) == ("rules.pdf", [1])
    assert "pilot" in reference.highlight.content
    assert 0 < answer.citations[0].position <= len(answer.message.content)
    assert httpx2.get(reference.file.signed_url).content == FILES["rules.pdf"]


def test_a_streamed_answer_is_the_same_answer(pc: Pinecone, harbour: str):
    whole = pc.assistants.chat(assistant_name=harbour, messages=ASK)
    start, *between, end = pc.assistants.chat(assistant_name=harbour, messages=ASK, stream=True)
    assert isinstance(start, StreamMessageStart)
    assert isinstance(end, StreamMessageEnd)
    assert {type(c) for c in between} == {StreamContentChunk, StreamCitationChunk}
    text = "".join(c.delta.content for c in between if isinstance(c, StreamContentChunk))
    assert text == whole.message.content
    cited = [c.citation for c in between if isinstance(c, StreamCitationChunk)]
    assert [c.position for c in cited] == [c.position for c in whole.citations]
    assert len({c.id for c in (start, *between, end)}) == 1
    assert end.finish_reason == "stop"


@requirement("chat.model-echo", "filter.same-everywhere")
def test_a_conversation_with_options_and_a_filter_is_answered(pc: Pinecone, harbour: str):
    answer = pc.assistants.chat(
        assistant_name=harbour,
        messages=[
            {"role": "user", "content": "Tell me about the lighthouse."},
            {"role": "assistant", "content": "What about it?"},
            {"role": "user", "content": "How many steps does the lighthouse at Anholt have?"},
        ],
        model="claude-sonnet-4-5",
        temperature=0.5,
        filter={"tags": {"$in": ["lighthouse.docx"]}},
        context_options=ContextOptions(top_k=4, snippet_size=512),
    )
    assert "169" in answer.message.content
    names = {r.file.name for c in answer.citations for r in c.references}
    assert names == {"lighthouse.docx"}
    assert "claude-sonnet-4-5" in answer.model


def test_a_json_answer_is_an_object(pc: Pinecone, harbour: str):
    answer = pc.assistants.chat(assistant_name=harbour, messages=ASK, json_response=True)
    assert answer.message.content.startswith("{")


def test_completions_cite_in_the_text(pc: Pinecone, harbour: str):
    whole = pc.assistants.chat_completions(assistant_name=harbour, messages=ASK)
    content = whole.choices[0].message.content
    assert "90 metres" in content
    assert "[1, pp. 1]" in content
    stream = pc.assistants.chat_completions(assistant_name=harbour, messages=ASK, stream=True)
    assert stream.collect() == content


def test_context_finds_each_kind_of_file(pc: Pinecone, harbour: str):
    questions = {
        "What does mooring cost?": ("rules.pdf", "pdf", 2),
        "When was the lighthouse built?": ("lighthouse.docx", "doc_x", None),
        "When does the ferry leave Grenaa?": ("notes.md", "markdown", None),
        "How much is herring?": ("plain.txt", "text", None),
        "Which berth has the boat Odin?": ("boats.json", "json", None),
    }
    for question, (name, kind, page) in questions.items():
        found = pc.assistants.context(assistant_name=harbour, query=question, top_k=3)
        best = found.snippets[0].reference
        assert (best.file.name, best.type) == (name, kind), question
        assert page is None or page in best.pages
        assert found.usage.completion_tokens == 0
        assert 0 <= found.snippets[0].score <= 1


def test_what_cannot_be_asked_is_refused(pc: Pinecone, harbour: str):
    for options in (
        {"model": "gpt-1"},
        {"temperature": 3.0},
        {"context_options": ContextOptions(top_k=100)},
        {"messages": [{"role": "user", "content": ""}]},
    ):
        with pytest.raises(ApiError) as refused:
            pc.assistants.chat(**{"assistant_name": harbour, "messages": ASK, **options})
        assert refused.value.status_code == 400


def test_an_answer_is_judged(pc: Pinecone):
    judged = pc.assistants.evaluate_alignment(
        question="What is the capital of Spain?",
        answer="Barcelona.",
        ground_truth_answer="Madrid.",
    )
    assert judged.scores.alignment == 0.0
    assert [fact.entailment for fact in judged.facts] == ["contradicted"]


# --- the asynchronous client ------------------------------------------------------------------


async def test_the_asynchronous_client_does_the_same(apc: AsyncPinecone):
    name = fresh_name()
    await apc.assistants.create(name=name)
    file = await apc.assistants.upload_file(
        assistant_name=name,
        file_stream=BytesIO(FILES["rules.pdf"]),
        file_name="rules.pdf",
        metadata={"kind": "rules"},
        timeout=60,
    )
    assert file.status == "Available"
    listed = [f.name async for f in apc.assistants.list_files(assistant_name=name)]
    assert listed == ["rules.pdf"]
    answer = await apc.assistants.chat(assistant_name=name, messages=ASK, include_highlights=True)
    assert "90 metres" in answer.message.content
    assert answer.citations[0].references[0].pages == [1]
    stream = await apc.assistants.chat(assistant_name=name, messages=ASK, stream=True)
    assert await stream.collect() == answer.message.content
    completions = await apc.assistants.chat_completions(
        assistant_name=name, messages=ASK, stream=True
    )
    assert "[1, pp. 1]" in await completions.collect()
    found = await apc.assistants.context(assistant_name=name, query="What does mooring cost?")
    assert 2 in found.snippets[0].reference.pages
    judged = await apc.assistants.evaluate_alignment(
        question="What is the capital of Spain?", answer="Madrid.", ground_truth_answer="Madrid."
    )
    assert judged.scores.alignment == 1.0
    await apc.assistants.delete_file(assistant_name=name, file_id=file.id, timeout=60)
    await apc.assistants.delete(name=name)
    with pytest.raises(NotFoundError):
        await apc.assistants.describe(name=name)
