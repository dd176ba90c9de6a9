"""Lodgepole's own client of its public HTTP API: what the command line and the demo use.

Values are the wire's own JSON objects, so `--json` shows what any other client would see.
Failures are those of `lodgepole.errors`, read back from the error shape.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import orjson

from lodgepole.client.counted_file import CountedFile
from lodgepole.client.errors import failure
from lodgepole.errors import (
    DeadlineExceeded,
    InvalidRequest,
    LodgepoleError,
    Unavailable,
)

if TYPE_CHECKING:
    import httpx2

JsonObject = dict[str, Any]

API_VERSION = "2026-07"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 600.0  # the longest silence, so that a slow model is not asked twice
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class Unreachable(LodgepoleError):
    """No server answers at the address."""


class Client:
    """One server, one key. Close it, or use it as a context."""

    def __init__(
        self,
        url: str,
        api_key: str | None,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        transport: "httpx2.BaseTransport | None" = None,
    ) -> None:
        """`answer_seconds` is the longest silence before a request is given up."""
        import httpx2  # a tenth of a second, which `--help` does not need

        self.url = url.rstrip("/")
        self._transport = transport
        self._answer_seconds = answer_seconds
        headers = {"X-Pinecone-Api-Version": API_VERSION}
        if api_key:
            headers["Api-Key"] = api_key
        self._http = httpx2.Client(
            base_url=self.url,
            headers=headers,
            timeout=httpx2.Timeout(answer_seconds, connect=CONNECT_SECONDS),
            # A proxy configured for the internet must not be asked for this machine.
            trust_env=urlsplit(self.url).hostname not in LOOPBACK_HOSTS,
            transport=transport,
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # --- assistants ---------------------------------------------------------------------------

    def create_assistant(
        self,
        name: str,
        *,
        instructions: str | None = None,
        metadata: JsonObject | None = None,
        default_model: str | None = None,
    ) -> JsonObject:
        body: JsonObject = {"name": name}
        if instructions is not None:
            body["instructions"] = instructions
        if metadata is not None:
            body["metadata"] = metadata
        if default_model is None:
            return self._json("POST", "/assistant/assistants", json=body)
        body["default_model"] = default_model
        return self._json("POST", "/lodgepole/assistants", json=body)

    def update_assistant(
        self,
        name: str,
        *,
        instructions: str | None = None,
        metadata: JsonObject | None = None,
        default_model: str | None = None,
    ) -> JsonObject:
        """Change what is not None; the whole assistant."""
        given = {
            "instructions": instructions,
            "metadata": metadata,
            "default_model": default_model,
        }
        body = {key: value for key, value in given.items() if value is not None}
        prefix = "/assistant" if default_model is None else "/lodgepole"
        return self._json("PATCH", f"{prefix}/assistants/{_segment(name)}", json=body)

    def whole_assistant(self, name: str) -> JsonObject:
        """Fetch an assistant with its default model; Lodgepole's own."""
        return self._json("GET", f"/lodgepole/assistants/{_segment(name)}")

    def assistants(self) -> Iterator[JsonObject]:
        """All of them, oldest first, page by page."""
        return self._pages("/assistant/assistants", "assistants", {})

    def assistant(self, name: str) -> JsonObject:
        return self._json("GET", f"/assistant/assistants/{_segment(name)}")

    def delete_assistant(self, name: str) -> None:
        self._request("DELETE", f"/assistant/assistants/{_segment(name)}")

    # --- files and operations -----------------------------------------------------------------

    def upload_file(
        self,
        assistant: str,
        path: Path,
        *,
        metadata: JsonObject | None = None,
        multimodal: bool = False,
        sent: Callable[[int], None] | None = None,
    ) -> JsonObject:
        """Send a file; the accepted operation, with its `file_id`.

        Args:
            assistant: Its name.
            path: The file; its name's ending decides how it is read.
            metadata: Flat; strings, numbers, booleans and lists of strings.
            multimodal: Also read the images of a PDF.
            sent: Called with the count of bytes of the file read so far.
        """
        with path.open("rb") as content:
            return self._json(
                "POST",
                f"/assistant/files/{_segment(assistant)}",
                params={"multimodal": "true"} if multimodal else {},
                data={} if metadata is None else {"metadata": orjson.dumps(metadata).decode()},
                files={"file": (path.name, CountedFile(content, sent))},
            )

    def upsert_file(
        self,
        assistant: str,
        file_id: str,
        path: Path,
        *,
        name: str | None = None,
        metadata: JsonObject | None = None,
        multimodal: bool = False,
    ) -> JsonObject:
        """Create the file under this id, or replace what it holds; the accepted operation.

        Args:
            assistant: Its name.
            file_id: 1 to 128 letters, digits, `_` or `-`.
            path: The bytes.
            name: What it is called there; else as here. Its ending decides how it is read.
            metadata: Replaces what was kept with it.
            multimodal: Also read the images of a PDF.
        """
        with path.open("rb") as content:
            return self._json(
                "PUT",
                f"/assistant/files/{_segment(assistant)}/{_segment(file_id)}",
                params={"multimodal": "true"} if multimodal else {},
                data={} if metadata is None else {"metadata": orjson.dumps(metadata).decode()},
                files={"file": (name or path.name, content)},
            )

    def usage(self, *, days: int) -> JsonObject:
        """Fetch what the key's project has and was used for; Lodgepole's own."""
        return self._json("GET", "/lodgepole/usage", params={"days": days})

    def audit(self) -> Iterator[JsonObject]:
        """Fetch what was changed and who was refused, newest first; Lodgepole's own."""
        return self.pages("/lodgepole/audit", "entries", {})

    def passages(self, assistant: str, file_id: str) -> Iterator[JsonObject]:
        """Fetch the passages of a file, part by part, each with its embedder; Lodgepole's own."""
        path = f"/lodgepole/files/{_segment(assistant)}/{_segment(file_id)}/passages"
        first: int | None = 0
        while first is not None:
            part = self._json("GET", path, params={"first": first})
            yield part
            first = part.get("next_first")

    def give_passages(self, assistant: str, file_id: str, lines: Iterator[bytes]) -> None:
        """Bring vectors along for the next upsert of this id; Lodgepole's own."""
        path = f"/lodgepole/files/{_segment(assistant)}/{_segment(file_id)}/passages"
        self._request("PUT", path, content=lines)

    def download(self, signed_url: str) -> Iterator[bytes]:
        """The bytes behind a signed URL, in chunks. The key is not sent: the URL is enough.

        Raises:
            Unavailable: The connection broke, or the bytes ended early.
        """
        import httpx2

        host = urlsplit(signed_url).hostname
        try:
            with (
                httpx2.Client(
                    timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                    trust_env=host not in LOOPBACK_HOSTS,
                    transport=self._transport,
                ) as plain,
                plain.stream("GET", signed_url) as response,
            ):
                if response.is_error:
                    response.read()
                    raise failure(response)
                yield from response.iter_bytes()
        except httpx2.TransportError as error:
            raise self._transport_failure(error) from error

    def files(self, assistant: str, *, filter_: JsonObject | None = None) -> Iterator[JsonObject]:
        """The files, newest first, page by page; only those whose metadata match the filter."""
        params = {} if filter_ is None else {"filter": orjson.dumps(filter_).decode()}
        return self._pages(f"/assistant/files/{_segment(assistant)}", "files", params)

    def file(self, assistant: str, file_id: str, *, include_url: bool = False) -> JsonObject:
        return self._json(
            "GET",
            f"/assistant/files/{_segment(assistant)}/{_segment(file_id)}",
            params={"include_url": "true"} if include_url else {},
        )

    def update_metadata(self, assistant: str, file_id: str, metadata: JsonObject) -> JsonObject:
        """Replace a file's metadata as a whole; the operation that does it."""
        path = f"/lodgepole/files/{_segment(assistant)}/{_segment(file_id)}"
        return self._json("PATCH", path, json={"metadata": metadata})

    def delete_file(self, assistant: str, file_id: str) -> JsonObject:
        """Accept the deletion; its operation. The file is not cited from now on."""
        return self._json("DELETE", f"/assistant/files/{_segment(assistant)}/{_segment(file_id)}")

    def operation(self, assistant: str, operation_id: str) -> JsonObject:
        path = f"/assistant/operations/{_segment(assistant)}/{_segment(operation_id)}"
        return self._json("GET", path)

    # --- questions ----------------------------------------------------------------------------

    def chat(self, assistant: str, request: JsonObject) -> JsonObject:
        """The whole answer at once; `request` as the API takes it, without `stream`."""
        path = f"/assistant/chat/{_segment(assistant)}"
        return self._json("POST", path, json={**request, "stream": False})

    def stream_chat(self, assistant: str, request: JsonObject) -> Generator[JsonObject]:
        """The answer as it is made: `message_start`, then chunks and citations, `message_end`.

        Closing the iterator closes the connection, which stops the generation.

        Raises:
            Unavailable: The stream broke off before `message_end`.
        """
        return self.stream(f"/assistant/chat/{_segment(assistant)}", request)

    def stream(self, path: str, request: JsonObject) -> Generator[JsonObject]:
        """The events of an answer, as `stream_chat` has them."""
        import httpx2

        body = {**request, "stream": True}
        ended = False
        try:
            with self._http.stream("POST", path, json=body) as response:
                if response.is_error:
                    response.read()
                    raise failure(response)
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        event: JsonObject = orjson.loads(line.removeprefix("data:"))
                        ended = event.get("type") == "message_end"
                        yield event
        except httpx2.TransportError as error:
            raise self._transport_failure(error) from error
        if not ended:
            raise Unavailable("The answer broke off. The server's log says why; ask again.")

    def context(self, assistant: str, request: JsonObject) -> JsonObject:
        """The snippets that an answer would be made from; `request` as the API takes it."""
        return self._json("POST", f"/assistant/chat/{_segment(assistant)}/context", json=request)

    def alignment(self, question: str, answer: str, ground_truth: str) -> JsonObject:
        """Judge an answer against the ground truth: `metrics`, `reasoning`, `usage`."""
        body = {
            "question": question,
            "answer": answer,
            "ground_truth_answer": ground_truth,
        }
        return self._json("POST", "/assistant/evaluation/metrics/alignment", json=body)

    # --- for requests of other modules here ---------------------------------------------------

    def call(self, method: str, path: str, **parts: Any) -> JsonObject:
        """Send a request whose answer is JSON, or nothing."""
        response = self._request(method, path, **parts)
        return self._decoded(response) if response.content else {}

    def text(self, path: str) -> str:
        """What is there, as text."""
        return self._request("GET", path).text

    def pages(self, path: str, key: str, params: Mapping[str, str]) -> Iterator[JsonObject]:
        """Fetch the items below `key` of a list, page by page."""
        return self._pages(path, key, params)

    # --- plumbing -----------------------------------------------------------------------------

    def _pages(self, path: str, key: str, params: Mapping[str, str]) -> Iterator[JsonObject]:
        query = dict(params)
        while True:
            page = self._json("GET", path, params=query)
            yield from page[key]
            token = (page.get("pagination") or {}).get("next")
            if not token:
                return
            query["pagination_token"] = token

    def _json(self, method: str, path: str, **parts: Any) -> JsonObject:
        return self._decoded(self._request(method, path, **parts))

    def _decoded(self, response: "httpx2.Response") -> JsonObject:
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise Unavailable(
                f"{self.url} answered {response.status_code} with something that is not JSON. "
                "Check that the address is a Lodgepole server's."
            ) from error

    def _request(self, method: str, path: str, **parts: Any) -> "httpx2.Response":
        import httpx2

        try:
            response = self._http.request(method, path, **parts)
        except httpx2.TransportError as error:
            raise self._transport_failure(error) from error
        if response.is_error:
            raise failure(response)
        return response

    def _transport_failure(self, error: "httpx2.TransportError") -> LodgepoleError:
        import httpx2

        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
            return Unreachable(
                f"No server answers at {self.url}. Start one with `lodgepole serve`, "
                "or name another with --url or LODGEPOLE_URL."
            )
        if isinstance(error, httpx2.UnsupportedProtocol):
            return InvalidRequest(
                f"{self.url!r} is no address. Write it like http://127.0.0.1:8080."
            )
        if isinstance(error, httpx2.TimeoutException):
            return DeadlineExceeded(
                f"{self.url} was silent for {self._answer_seconds:.0f} seconds."
            )
        return Unavailable(
            f"The connection to {self.url} broke: {type(error).__name__}. Try again."
        )


def user_message(text: str) -> JsonObject:
    return {"role": "user", "content": text}


def _segment(value: str) -> str:
    return quote(value, safe="")
