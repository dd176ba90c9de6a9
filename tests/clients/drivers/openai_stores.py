"""The `openai` package over files, vector stores and responses, its poll helpers too."""

import json

from openai import BadRequestError, NotFoundError, OpenAI
from recording import DOCUMENTS, KEY, URL, finish, fresh, same, step

QUESTION = "Which ships must take a pilot on board?"
RULES = DOCUMENTS / "rules.pdf"


def files(client: OpenAI) -> str:
    with step("upload file for stores", "client.files.create(file, purpose, expires_after)"):
        lasting = {"anchor": "created_at", "seconds": 3600}
        file = client.files.create(file=RULES, purpose="assistants", expires_after=lasting)
        same((file.object, file.filename, file.status), ("file", "rules.pdf", "processed"))
        same(file.expires_at, file.created_at + 3600)
    with step("find uploaded files", "client.files.list(purpose, order), retrieve, content"):
        assert file.id in {found.id for found in client.files.list(purpose="assistants")}
        same(client.files.retrieve(file.id), file)
        same(client.files.content(file.id).read(), RULES.read_bytes())
    return file.id


def stores(client: OpenAI, file_id: str) -> str:
    with step("create vector store", "client.vector_stores.create(name, metadata)"):
        store = client.vector_stores.create(name=fresh("Harbour rules"), metadata={"team": "port"})
        same((store.object, store.metadata), ("vector_store", {"team": "port"}))
    with step("give a store a file", "client.vector_stores.files.create_and_poll(attributes)"):
        one = client.vector_stores.files.create_and_poll(
            file_id, vector_store_id=store.id, attributes={"year": 2024, "final": True}
        )
        same((one.id, one.status, one.last_error), (file_id, "completed", None))
        same(one.attributes, {"year": 2024, "final": True})
    with step("upload to a store", "client.vector_stores.files.upload_and_poll(file)"):
        text = ("mole.txt", b"The mole is 300 metres long.")
        mole = client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=text)
        same(mole.status, "completed")
    with step("upload a batch", "client.vector_stores.file_batches.upload_and_poll(files)"):
        texts = [("a.txt", b"Ships pay ten euros."), ("b.txt", b"Boats pay two euros.")]
        batch = client.vector_stores.file_batches.upload_and_poll(
            vector_store_id=store.id, files=texts
        )
        same((batch.status, batch.file_counts.completed), ("completed", 2))
        listed = client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id)
        same(len(list(listed)), 2)
    with step("list a store's files", "client.vector_stores.files.list(filter, limit, order)"):
        pages = client.vector_stores.files.list(store.id, filter="completed", limit=3, order="asc")
        found = [file.id for file in pages]  # reads all pages
        same((found[0], len(found)), (file_id, 4))
    with step("change attributes", "client.vector_stores.files.update(attributes)"):
        changed = client.vector_stores.files.update(
            mole.id, vector_store_id=store.id, attributes={"year": 2023}
        )
        same(changed.attributes, {"year": 2023})
    with step("read a store's file", "client.vector_stores.files.content(file_id)"):
        parts = list(client.vector_stores.files.content(file_id, vector_store_id=store.id))
        assert "pilot" in "".join(part.text or "" for part in parts)
    with step("find vector stores", "client.vector_stores.list(), retrieve(id), update(name)"):
        assert store.id in {found.id for found in client.vector_stores.list(limit=100)}
        same(client.vector_stores.retrieve(store.id).file_counts.completed, 4)
        same(client.vector_stores.update(store.id, name="Rules").name, "Rules")
    return store.id


def search(client: OpenAI, store: str) -> None:
    with step("search vector store", "client.vector_stores.search(query, filters, …)"):
        both = {
            "type": "and",
            "filters": [
                {"type": "gte", "key": "year", "value": 2024},
                {"type": "in", "key": "year", "value": [2023, 2024]},
            ],
        }
        found = client.vector_stores.search(
            store,
            query=QUESTION,
            filters=both,
            max_num_results=3,
            rewrite_query=True,
            ranking_options={"ranker": "auto", "score_threshold": 0.0},
        )
        same({result.filename for result in found}, {"rules.pdf"})
        assert "pilot" in found.data[0].content[0].text
        nothing = {"type": "eq", "key": "year", "value": 1999}
        same(client.vector_stores.search(store, query=QUESTION, filters=nothing).data, [])


def responses(client: OpenAI, store: str) -> None:
    tools = [{"type": "file_search", "vector_store_ids": [store]}]
    asked = {"model": "gpt-4o", "input": QUESTION, "tools": tools}
    with step("respond", "client.responses.create(tools=[file_search], include, instructions)"):
        whole = client.responses.create(
            **asked, include=["file_search_call.results"], instructions="Be brief."
        )
        same((whole.status, whole.error), ("completed", None))
        found, said = whole.output
        same((found.type, found.status), ("file_search_call", "completed"))
        same(found.queries, [QUESTION])
        assert any("pilot" in result.text for result in found.results)
        (part,) = said.content
        assert "90 metres" in whole.output_text
        cited = part.annotations[0]
        same((cited.type, cited.filename), ("file_citation", "rules.pdf"))
        assert 0 < cited.index <= len(whole.output_text)
        assert "pilot" in cited.quote and whole.usage.total_tokens >= 0
    with step("respond with events", "client.responses.stream(…), create(stream=True)"):
        with client.responses.stream(**asked) as stream:
            text = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
            final = stream.get_final_response()
        same((text, final.output_text), (whole.output_text, whole.output_text))
        same(final.output[1].content[0].annotations, part.annotations)
        events = [event.type for event in client.responses.create(**asked, stream=True)]
        same((events[0], events[-1]), ("response.created", "response.completed"))
    with step("go on from a response", "client.responses.create(previous_response_id)"):
        more = client.responses.create(
            model="gpt-4o", input="And who pays?", tools=tools, previous_response_id=whole.id
        )
        same(more.previous_response_id, whole.id)
    with step("find responses", "client.responses.retrieve(id), input_items.list, delete(id)"):
        same(client.responses.retrieve(whole.id).output_text, whole.output_text)
        (item,) = client.responses.input_items.list(whole.id)
        same(item.content[0].text, QUESTION)
        client.responses.delete(whole.id)
        unstored = client.responses.create(**asked, store=False)
        for gone in (whole.id, unstored.id):
            missing(lambda gone=gone: client.responses.retrieve(gone))


def missing(call) -> None:
    try:
        call()
    except NotFoundError as error:
        assert error.code == "not_found" and error.body["message"], error.body
    else:
        raise AssertionError("nothing was raised")


def ends(client: OpenAI, store: str, file_id: str) -> None:
    with step("report what is wrong", "search(filters) raises BadRequestError"):
        try:
            wrong = {"type": "like", "key": "a", "value": 1}
            client.vector_stores.search(store, query="x", filters=wrong)
        except BadRequestError as error:
            assert "filters.type" in json.dumps(error.body), error.body
        else:
            raise AssertionError("nothing was raised")
    with step("delete files and stores", "client.files.delete(id), vector_stores.delete(id)"):
        assert client.files.delete(file_id).deleted
        missing(lambda: client.files.retrieve(file_id))
        assert client.vector_stores.delete(store).deleted
        missing(lambda: client.vector_stores.retrieve(store))


def main() -> None:
    client = OpenAI(api_key=KEY, base_url=f"{URL}/v1", max_retries=0)
    uploaded = files(client)
    store = stores(client, uploaded)
    search(client, store)
    responses(client, store)
    ends(client, store, uploaded)


main()
finish()
