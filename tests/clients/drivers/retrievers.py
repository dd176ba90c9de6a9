"""Our own packages for LangChain and LlamaIndex, as they are built: retrievers.py NAME."""

import asyncio
import sys
import urllib.error

from preparing import prepare
from recording import KEY, URL, finish, fresh, same, step

QUESTION = "What does mooring cost?"


def langchain(name: str) -> None:
    from langchain_lodgepole import LodgepoleRetriever

    options = {"url": f"{URL}/", "api_key": KEY, "assistant": name, "top_k": 2}
    retriever = LodgepoleRetriever(**options, snippet_size=512)
    with step("retrieve", "LodgepoleRetriever(url, api_key, assistant).invoke(question)"):
        first = retriever.invoke(QUESTION)[0]
        assert "14 euros" in first.page_content
        same((first.metadata["source"], 2 in first.metadata["pages"]), ("rules.pdf", True))
        same(asyncio.run(retriever.ainvoke(QUESTION))[0].page_content, first.page_content)
        assert KEY not in repr(retriever)
    with step("retrieve by metadata", "LodgepoleRetriever(…, filter)"):
        same(LodgepoleRetriever(**options, filter={"year": 1999}).invoke(QUESTION), [])
    with step("report what is wrong", "LodgepoleRetriever(api_key='wrong') raises"):
        wrong = LodgepoleRetriever(**{**options, "api_key": "wrong"})
        refused(lambda: wrong.invoke(QUESTION))


def llamaindex(name: str) -> None:
    from llama_index.retrievers.lodgepole import LodgepoleRetriever

    with step("retrieve", "LodgepoleRetriever(url, api_key, assistant).retrieve(question)"):
        first = LodgepoleRetriever(URL, KEY, name, top_k=2, snippet_size=512).retrieve(QUESTION)[0]
        assert "14 euros" in first.node.get_content() and first.score > 0
        same(first.node.metadata["file_name"], "rules.pdf")
    with step("retrieve by metadata", "LodgepoleRetriever(…, filter)"):
        same(LodgepoleRetriever(URL, KEY, name, filter={"year": 1999}).retrieve(QUESTION), [])
    with step("report what is wrong", "LodgepoleRetriever(api_key='wrong') raises"):
        refused(lambda: LodgepoleRetriever(URL, "wrong", name).retrieve(QUESTION))


def refused(call) -> None:
    try:
        call()
    except urllib.error.HTTPError as error:
        same(error.code, 401)
    else:
        raise AssertionError("nothing was raised")


assistant = fresh("retrievers")
prepare(assistant)
{"langchain": langchain, "llamaindex": llamaindex}[sys.argv[1]](assistant)
finish()
