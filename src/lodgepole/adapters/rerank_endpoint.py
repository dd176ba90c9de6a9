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

from lodgepole.errors import DeadlineExceeded, RateLimited, Unavailable, UpstreamRejected

RESPONSE_BYTES = 4 * 1024 * 1024
_BUSY = frozenset({408, 429, 500, 502, 503, 504, 529})


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankEndpoint:
    """Where a cross-encoder is and how it is spoken to."""

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
        self._url = f"{endpoint.base_url.rstrip('/')}/rerank"
        self._client = httpx2.AsyncClient(
            timeout=endpoint.timeout_seconds,
            transport=transport,
            headers={"authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {},
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
        return self._scores(await self._post(body), len(sent))

    async def close(self) -> None:
        await self._client.aclose()

    def _body(self, query: str, texts: Sequence[str]) -> dict[str, Any]:
        if self._endpoint.wire == "tei":
            return {"query": query, "texts": texts, "truncate": True}
        body: dict[str, Any] = {"query": query, "documents": texts, "top_n": len(texts)}
        if self._endpoint.model is not None:
            body["model"] = self._endpoint.model
        return body

    async def _post(self, body: dict[str, Any]) -> bytes:
        headers = {"content-type": "application/json"}
        try:
            async with self._client.stream(
                "POST", self._url, content=orjson.dumps(body), headers=headers
            ) as response:
                self._raise_for(response.status_code)
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > RESPONSE_BYTES:
                        raise self._malformed(f"is larger than {RESPONSE_BYTES} bytes")
                return bytes(content)
        except httpx2.TimeoutException as error:
            raise DeadlineExceeded(
                f"The rerank endpoint {self._url!r} did not answer within "
                f"{self._endpoint.timeout_seconds:g} s."
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Unavailable(
                f"The rerank endpoint {self._url!r} cannot be reached ({type(error).__name__})."
            ) from error

    def _raise_for(self, status: int) -> None:
        """Turn a status into an error; its body may hold parts of the key and is left unread."""
        if status == 200:
            return
        said = f"The rerank endpoint {self._url!r} answered {status}"
        if status == 429:
            raise RateLimited(f"{said}: its rate or quota is used up.", retry_after=0.0)
        if status in _BUSY:
            raise Unavailable(f"{said}.")
        raise UpstreamRejected(
            f"{said} for model {self._endpoint.model!r}. Check its address, key, model name and "
            "`wire` in the configuration."
        )

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
                    raise self._malformed(f"ranks text {index} of {count}")
                scores[index] = (
                    item["relevance_score"] if "relevance_score" in item else item["score"]
                )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._malformed("is not the answer that was asked for") from error
        if not np.isfinite(scores).all():
            raise self._malformed(f"does not hold {count} scores")
        return scores.tolist()

    def _malformed(self, what: str) -> UpstreamRejected:
        return UpstreamRejected(
            f"The response of the rerank endpoint {self._url!r} for model "
            f"{self._endpoint.model!r} {what}."
        )
