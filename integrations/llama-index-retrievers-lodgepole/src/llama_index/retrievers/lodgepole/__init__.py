"""A LlamaIndex retriever over the assistants of a Lodgepole server."""

import json
import urllib.request
from typing import Any
from urllib.parse import quote

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

__all__ = ["LodgepoleRetriever"]


class LodgepoleRetriever(BaseRetriever):
    """Snippets of an assistant's files, best first, with file and pages as metadata.

    Args:
        url: Where the server is, without a path.
        api_key: One of its keys.
        assistant: Whose files are searched.
        top_k: How many snippets, at most.
        snippet_size: Tokens of each, at most; None is the server's own.
        filter: Which files, by their metadata; None is all.
        timeout: Seconds.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        assistant: str,
        *,
        top_k: int = 8,
        snippet_size: int | None = None,
        filter: dict[str, Any] | None = None,
        timeout: float = 60.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        place = quote(assistant, safe="")
        self._address = f"{url.rstrip('/')}/assistant/chat/{place}/context"
        self._api_key = api_key
        self._options = {"top_k": top_k, "snippet_size": snippet_size, "filter": filter}
        self._timeout = timeout

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        body = {"query": query_bundle.query_str, "multimodal": False, **self._options}
        request = urllib.request.Request(
            self._address,
            data=json.dumps({k: v for k, v in body.items() if v is not None}).encode(),
            headers={"Api-Key": self._api_key, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=self._timeout) as response:
            snippets = json.load(response)["snippets"]
        return [_node(snippet) for snippet in snippets]


def _node(snippet: dict[str, Any]) -> NodeWithScore:
    reference = snippet["reference"]
    file = reference["file"]
    node = TextNode(
        text=snippet["content"],
        metadata={
            **(file.get("metadata") or {}),
            "file_name": file["name"],
            "file_id": file["id"],
            "pages": reference.get("pages", []),
        },
    )
    return NodeWithScore(node=node, score=snippet["score"])
