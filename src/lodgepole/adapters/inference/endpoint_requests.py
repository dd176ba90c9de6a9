"""JSON requests to an inference endpoint, with a limit on the reply and our own errors."""

from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import orjson

from lodgepole.errors import DeadlineExceeded, RateLimited, Unavailable, UpstreamRejected

_DAY_SECONDS = 86_400.0
_BUSY = frozenset({408, 429, 500, 502, 503, 504, 529})


class Address:
    """Asks once; whether to ask again is for the caller."""

    def __init__(
        self,
        url: str,
        *,
        name: str,
        model: str | None,
        api_key: str | None,
        timeout_seconds: float,
        response_bytes: int,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`name` says in messages what it is: "rerank endpoint"."""
        self._url = url
        self._name = name
        self._model = model
        self._timeout_seconds = timeout_seconds
        self._response_bytes = response_bytes
        self._client = httpx2.AsyncClient(
            timeout=timeout_seconds,
            transport=transport,
            headers={"authorization": f"Bearer {api_key}"} if api_key else {},
        )

    async def ask(self, body: dict[str, Any]) -> bytes:
        """Post `body` as JSON and return the bytes of the answer.

        Raises:
            UpstreamRejected: It refuses the key, the model or the request, or says too much.
            RateLimited, Unavailable, DeadlineExceeded: It does not answer now.
        """
        headers = {"content-type": "application/json"}
        try:
            async with self._client.stream(
                "POST", self._url, content=orjson.dumps(body), headers=headers
            ) as response:
                self._raise_for(response)
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > self._response_bytes:
                        raise self.malformed(f"is larger than {self._response_bytes} bytes")
                return bytes(content)
        except httpx2.TimeoutException as error:
            raise DeadlineExceeded(
                f"The {self._name} {self._url!r} did not answer within {self._timeout_seconds:g} s."
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Unavailable(
                f"The {self._name} {self._url!r} cannot be reached ({type(error).__name__})."
            ) from error

    async def close(self) -> None:
        await self._client.aclose()

    def malformed(self, what: str) -> UpstreamRejected:
        """For an answer that `what` is the matter with."""
        return UpstreamRejected(
            f"The response of the {self._name} {self._url!r} for model {self._model!r} {what}."
        )

    def _raise_for(self, response: httpx2.Response) -> None:
        """Turn a status into an error; its body may hold parts of the key and is left unread."""
        status = response.status_code
        if status == 200:
            return
        said = f"The {self._name} {self._url!r} answered {status}"
        retry_after = _retry_after(response)
        if status == 429:
            # Without the header, the caller's own pauses decide.
            wait = 0.0 if retry_after is None else retry_after
            raise RateLimited(f"{said}: its rate or quota is used up.", retry_after=wait)
        if status in _BUSY:
            raise Unavailable(f"{said}. Try again later.", retry_after=retry_after)
        raise UpstreamRejected(
            f"{said} for model {self._model!r}. Check its address, key, model name and other "
            "settings in the configuration."
        )


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds that the Retry-After header asks for: a number, or a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after")
    if value is None:
        return None
    try:
        return min(max(0.0, float(value)), _DAY_SECONDS)
    except ValueError:
        pass
    try:
        sent = parsedate_to_datetime(response.headers["date"])
        seconds = (parsedate_to_datetime(value) - sent).total_seconds()
        return min(max(0.0, seconds), _DAY_SECONDS)
    except (ValueError, KeyError, TypeError):
        return None
