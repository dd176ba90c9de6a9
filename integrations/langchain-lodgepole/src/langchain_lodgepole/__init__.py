"""A LangChain retriever over the assistants of a Lodgepole server."""

import json
import urllib.request
from typing import Any
from urllib.parse import quote

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import SecretStr

__all__ = ["LodgepoleRetriever"]


class LodgepoleRetriever(BaseRetriever):
    """Snippets of an assistant's files, best first, with file and pages as metadata.

    Attributes:
        url: Where the server is, without a path.
        api_key: One of its keys.
        assistant: Whose files are searched.
        top_k: How many snippets, at most.
        snippet_size: Tokens of each, at most; None is the server's own.
        filter: Which files, by their metadata; None is all.
        timeout: Seconds.
    """

    url: str
    api_key: SecretStr
    assistant: str
    top_k: int = 8
    snippet_size: int | None = None
    filter: dict[str, Any] | None = None
    timeout: float = 60.0

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        body = {
            "query": query,
            "top_k": self.top_k,
            "snippet_size": self.snippet_size,
            "filter": self.filter,
            "multimodal": False,
        }
        request = urllib.request.Request(
            f"{self.url.rstrip('/')}/assistant/chat/{quote(self.assistant, safe='')}/context",
            data=json.dumps({k: v for k, v in body.items() if v is not None}).encode(),
            headers={
                "Api-Key": self.api_key.get_secret_value(),
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=self.timeout) as response:
            snippets = json.load(response)["snippets"]
        return [_document(snippet) for snippet in snippets]


def _document(snippet: dict[str, Any]) -> Document:
    reference = snippet["reference"]
    file = reference["file"]
    return Document(
        page_content=snippet["content"],
        metadata={
            **(file.get("metadata") or {}),
            "source": file["name"],
            "file_id": file["id"],
            "pages": reference.get("pages", []),
            "score": snippet["score"],
        },
    )
