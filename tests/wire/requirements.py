"""What a server must do for every official client, as data; each entry has at least one test.

A test says which it covers with `@requirement("id", …)`. `test_requirements.py` checks both
directions: no entry without a test unless its status says why, and no test of an unknown entry.
"""

from dataclasses import dataclass
from typing import Literal

import pytest

Source = Literal["specification", "documentation", "clients", "choice"]
"""Published OpenAPI, published prose, what official clients were seen to send and accept, or our
own decision where the three leave it open."""


@dataclass(frozen=True)
class Requirement:
    text: str
    source: Source
    status: str = "tested"  # or why there is no test


def requirement(*ids: str) -> pytest.MarkDecorator:
    """Marks a test as covering these entries. Raises KeyError for one that does not exist."""
    for id_ in ids:
        REQUIREMENTS[id_]
    return pytest.mark.requirement(*ids)


R = Requirement

REQUIREMENTS: dict[str, Requirement] = {
    # --- versions and addresses
    "version.none": R("a request without a version is answered as one of 2025-10", "clients"),
    "version.legacy": R(
        "2025-01, 2025-04 and 2025-10 behave alike; figures unasked are for 2025-10",
        "specification",
    ),
    "version.new": R("2026-01.alpha, 2026-04 and 2026-07 behave alike", "specification"),
    "version.unknown": R("a version of the future is the newest", "choice"),
    "version.newer-fields": R("newer fields are taken under older versions", "clients"),
    "path.prefix": R("every route is there with and without /assistant", "clients"),
    "path.encoded": R("path segments may be percent-encoded", "clients"),
    "path.unknown": R("unknown paths and methods have the error shape", "choice"),
    "body.any-content-type": R("JSON is read whatever its content type says", "clients"),
    # --- keys
    "auth.api-key": R("the key comes in Api-Key", "specification"),
    "auth.bearer": R("the key may come as a bearer token", "clients"),
    "auth.wrong": R("401 UNAUTHENTICATED `Invalid API key.`", "documentation"),
    "auth.first": R("the key is checked before a body is read", "choice"),
    "auth.project": R("another project's key sees 404", "choice"),
    "auth.role": R("a key's role opens its routes and no others: 403", "choice"),
    # --- errors
    "error.shape": R("{status, error: {code, message}} with the published codes", "specification"),
    "error.rate": R("429 TOO_MANY_REQUESTS with Retry-After", "documentation"),
    "error.unexpected": R("a 500 tells nothing of the inside", "choice"),
    "error.too-large": R("413 as soon as a body is over its limit", "choice"),
    "error.bad-json": R("a body that is no JSON object is a 400", "specification"),
    # --- operations of the control specification
    "list_assistants": R("every assistant of the project", "specification"),
    "create_assistant": R("200 and the assistant", "specification"),
    "get_assistant": R("200 and the assistant of that name", "specification"),
    "update_assistant": R("200 and the whole assistant, with assistant_name", "clients"),
    "delete_assistant": R("200 and no body", "specification"),
    "assistant.initializing": R("creation answers Initializing; the next look, Ready", "clients"),
    "assistant.terminating": R("a deleted one is Terminating, then 404", "clients"),
    "assistant.first-look": R("old clients' first look after a deletion is no 404", "clients"),
    "assistant.host": R("host is absolute and reachable by the client", "clients"),
    "assistant.name": R("1 to 63 letters, digits or -; letter or digit at both ends", "clients"),
    "assistant.region": R("us or eu, else 400 in the documented words", "documentation"),
    "assistant.environment": R("`environment` is a 400", "documentation"),
    "assistant.duplicate": R("409 ALREADY_EXISTS", "documentation"),
    "assistant.sizes": R("metadata and instructions have a most, 400", "documentation"),
    "assistant.unset-is-null": R("unset metadata and instructions are null", "clients"),
    "assistant.missing": R('404 `Assistant "x" not found.`', "documentation"),
    "assistant.update-semantics": R("null leaves, empty clears, nothing is a 400", "documentation"),
    # --- lists
    "list.legacy-whole": R("older versions list all, without paging", "specification"),
    "list.pages": R("limit 1 to 100, default 50, opaque token", "specification"),
    "list.end": R("the last page has no `pagination`", "clients"),
    "list.bad-token": R("tokens of others are a 400", "choice"),
    # --- operations of the data specification: files
    "list_files": R("files of the assistant, newest first", "specification"),
    "upload_file": R(
        "202 and an operation with Location; older: 200 and the file", "specification"
    ),
    "describe_file": R("200 and the file", "specification"),
    "upsert_file": R("202 and an operation; older: 404", "specification"),
    "delete_file": R("202 and an operation, always; older: 200 and no body", "clients"),
    "file.shape": R("strict types: size int, crc32c_hash, percent_done, nulls", "clients"),
    "file.id": R("own ids have 1 to 128 of A-Z a-z 0-9 _ -", "specification"),
    "file.kind": R("the name's ending decides; others are a 400", "documentation"),
    "file.sizes": R("10 MB; 100 MB for PDF; 50 MB for multimodal PDF", "documentation"),
    "file.metadata-flat": R("flat metadata, no $ keys, at most 16,384 bytes", "documentation"),
    "file.missing": R("404 with the documented words and two spaces", "specification"),
    "file.unreadable": R(
        "accepted, then Failed and ProcessingFailed with a reason", "documentation"
    ),
    "file.deleting": R("Deleting, then 404; old clients see Deleting first", "clients"),
    "file.conflict": R("a second operation on a busy file is a 409", "specification"),
    "file.upsert-atomic": R("readers see the old or the new content", "documentation"),
    "file.quota": R("so many files in an assistant, then 429", "choice"),
    "file.only-available": R("no file that is not Available is searched", "documentation"),
    "form.metadata-query": R("older versions send metadata in the query", "clients"),
    "form.metadata-part": R("metadata is a field or a file part, in any order", "clients"),
    "form.metadata-query-new": R("since 2026 metadata in the query is a 400", "specification"),
    "form.chunked": R("uploads may come chunked, without a length", "clients"),
    "form.broken": R("a broken form is a 400 in words and leaves nothing", "choice"),
    "link.null": R("signed_url is null unless include_url", "specification"),
    "link.works": R("works without a key for an hour", "documentation"),
    "link.deleted": R("the link to a deleted file is dead", "choice"),
    # --- operations
    "list_operations": R("by type and status, newest first; older: 404", "specification"),
    "describe_operation": R("200 and the operation; older: 404", "specification"),
    "operation.shape": R("percent_complete int, file_id set, rest left out", "clients"),
    "operation.held": R("a look waits a moment for an end that is near", "clients"),
    "operation.missing": R("404 `Operation x not found.`", "documentation"),
    "operation.retention": R("ended operations are kept for 30 days", "documentation"),
    # --- filters
    "filter.operators": R(
        "$eq $ne $gt $gte $lt $lte $in $nin $exists $and $or $not", "documentation"
    ),
    "filter.lists": R("a list matches if any element does", "documentation"),
    "filter.missing-key": R("$ne and $nin match files that lack the key", "choice"),
    "filter.refused": R("what is no filter is a 400 that says what is wrong", "documentation"),
    "filter.limits": R("nesting, conditions and values are limited", "choice"),
    "filter.same-everywhere": R("one language in listing, chat and context", "documentation"),
    # --- chat
    "chat_assistant": R("an answer with citations", "specification"),
    "chat.strict": R("citations, usage, finish_reason, content are never missing", "clients"),
    "chat.new-fields": R("context_snippet_count is told to newer versions alone", "specification"),
    "chat.citation-pages": R(
        "citations have the page and a position in the answer", "specification"
    ),
    "chat.highlights": R("a highlight per reference if asked for, else null", "documentation"),
    "chat.json": R("json_response is an object as text; with stream a 400", "documentation"),
    "chat.model": R("unknown models are a 400 that lists those known", "documentation"),
    "chat.model-echo": R("`model` contains the requested name", "clients"),
    "chat.temperature": R("0 to 2, else 400", "documentation"),
    "chat.options": R("top_k 1 to 64, snippet_size 512 to 8192, else 400", "documentation"),
    "chat.messages": R("no, empty and foreign messages are a 400 in words", "documentation"),
    "chat.no-files": R("without an available file a 400 says so", "choice"),
    "chat.multimodal-flags": R("binary content without multimodal is a 400", "documentation"),
    "chat.leaves": R("generation stops when the client is gone", "clients"),
    "chat.shared": R("identical requests in flight share one generation", "clients"),
    "chat.upstream": R("a model's failure before its first word is an HTTP error", "choice"),
    "stream.bytes": R("data:{json} and a blank line, nothing else, no last word", "clients"),
    "stream.order": R("message_start, content and citations, message_end; one id", "specification"),
    "stream.heartbeat": R("comments in silences, only to versions that take them", "clients"),
    "stream.broken": R("an answer that fails in its middle has no proper end", "choice"),
    "chat_completion_assistant": R("the OpenAI shape, citations in the text", "specification"),
    "completions.stream": R(
        "role first, deltas, empty last delta with the reason", "specification"
    ),
    "completions.parts": R("messages may be lists of text parts", "clients"),
    "completions.usage": R("stream_options.include_usage ends with the usage", "clients"),
    "context_assistant": R("snippets, best first, within the limits", "specification"),
    "context.reference-types": R("text, json, markdown, pdf and doc_x alone", "clients"),
    "context.one-question": R("exactly one of query and messages", "documentation"),
    "context.multimodal": R("figures with caption and data, null without binary", "specification"),
    # --- evaluation
    "metrics_alignment": R("facts, metrics, usage", "specification"),
    "evaluation.errors": R("a 422 or 500 is {message} alone", "specification"),
    "evaluation.example": R("the published example gives 1/2, 1/3 and 0.4", "documentation"),
    # --- MCP
    "mcp.tool": R("get_context with query, top_k and snippet_size", "documentation"),
    "mcp.snippets": R("one text item per snippet, each as /context renders it", "documentation"),
    "mcp.bare": R("a call without initialize, whatever it accepts", "clients"),
    "mcp.isolated": R("clients of different assistants see their own documents", "choice"),
    "mcp.errors": R("wrong arguments are a tool's error; key and name an HTTP one", "choice"),
    "mcp.stateless": R("GET and DELETE are 405", "specification"),
    # --- clients
    "client.unmodified": R("every official generation works with only its host changed", "clients"),
}
