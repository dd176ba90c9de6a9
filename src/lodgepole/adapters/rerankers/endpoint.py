"""The Reranker port on an HTTP endpoint.

Two wire formats. Cohere's (https://docs.cohere.com/reference/rerank), which Jina, vLLM, LiteLLM
and most gateways serve too: `{model, query, documents, top_n}` → `{results: [{index,
relevance_score}]}`, with Voyage's `data` for `results`. And that of text-embeddings-inference
(https://huggingface.github.io/text-embeddings-inference): `{query, texts}` → `[{index, score}]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import numpy as np
import orjson

from lodgepole.adapters.inference.endpoint_requests import Address

RESPONSE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankEndpoint:
    """Address of a cross-encoder, and how it is spoken to."""

    base_url: str  # `/rerank` comes behind it
    wire: Literal["cohere", "tei"] = "cohere"
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 5.0
    text_chars: int = 8_000  # of each text


class HttpReranker:
    """Asks once and never again: whoever waits is served without us rather than late."""

    def __init__(
        self, endpoint: RerankEndpoint, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._endpoint = endpoint
        self._address = Address(
            f"{endpoint.base_url.rstrip('/')}/rerank",
            name="rerank endpoint",
            model=endpoint.model,
            api_key=endpoint.api_key,
            timeout_seconds=endpoint.timeout_seconds,
            response_bytes=RESPONSE_BYTES,
            transport=transport,
        )

    async def rerank(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """One score per text, in order.

        Raises:
            UpstreamRejected: The endpoint refuses the key, the model or the request.
            RateLimited, Unavailable, DeadlineExceeded: It does not answer now.
        """
        if not texts:
            return ()
        # An empty text is refused by some; a space is not.
        sent = [text[: self._endpoint.text_chars] or " " for text in texts]
        # A conversation's last question is at its end.
        body = self._body(query[-self._endpoint.text_chars :], sent)
        return self._scores(await self._address.ask(body), len(sent))

    async def close(self) -> None:
        await self._address.close()

    def _body(self, query: str, texts: Sequence[str]) -> dict[str, Any]:
        if self._endpoint.wire == "tei":
            return {"query": query, "texts": texts, "truncate": True}
        body: dict[str, Any] = {"query": query, "documents": texts, "top_n": len(texts)}
        if self._endpoint.model is not None:
            body["model"] = self._endpoint.model
        return body

    def _scores(self, content: bytes, count: int) -> list[float]:
        try:
            answer = orjson.loads(content)
            items = (
                answer if isinstance(answer, list) else answer.get("results", answer.get("data"))
            )
            scores = np.full(count, np.nan)
            for item in items:
                index = int(item["index"])
                if not 0 <= index < count:
                    raise self._address.malformed(f"ranks text {index} of {count}")
                scores[index] = (
                    item["relevance_score"] if "relevance_score" in item else item["score"]
                )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._address.malformed("is not the answer that was asked for") from error
        if not np.isfinite(scores).all():
            raise self._address.malformed(f"does not hold {count} scores")
        return scores.tolist()
