"""Every upper limit that an operator may set, in one value; the unit is the name's last word.

Defaults are the hosted service's where it publishes one. Set any of them in `lodgepole.toml`
under `[limits]`, or as `LODGEPOLE_LIMITS__<NAME>`.
"""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    # Connections and requests.
    connections: int = 1000  # at once; half as many as the system lets us open files, if less
    client_seconds: float = 30.0  # to send a request's head, or for the least of a body or answer
    # Longer than any proxy or client keeps one open, or both ends would close it at once as a
    # request is on its way. Google's load balancer has the longest, 600 seconds.
    idle_connection_seconds: float = 620.0
    client_bytes_per_second: int = 256  # that a client must send or read, when it is its turn
    json_body_bytes: int = 4 * MIB
    multipart_overhead_bytes: int = 1 * MIB  # boundaries, headers and metadata beside the file
    file_bytes: int = 10_000_000
    pdf_bytes: int = 100_000_000
    multimodal_pdf_bytes: int = 50_000_000
    multimodal_pdf_pages: int = 100
    uploads_at_once: int = 64  # each takes its size on the data directory's disk meanwhile
    uploads_at_once_of_project: int = 56  # so that one cannot take all of them
    upload_seconds: float = 3600.0  # for all of one; 100 MB take as long at 30 kB a second
    disk_reserve_bytes: int = 64 * MIB  # that uploads leave free, for deletions and what was taken
    downloads_at_once: int = 200  # each holds up to a quarter of a megabyte until it is read
    downloads_of_one_file: int = 20  # by its links, which may be spread widely
    metadata_bytes: int = 16_384
    instructions_bytes: int = 16_384
    history_tokens: int = 64_000
    history_chars: int = 640_000  # of the same texts: a word of any length counts as few tokens
    list_items: int = 100
    list_items_default: int = 50
    filter_values: int = 10_000  # of one $in or $nin
    filter_depth: int = 16
    filter_nodes: int = 5_000

    # What one project may hold and ask.
    assistants_per_project: int = 10_000
    files_per_assistant: int = 10_000
    held_files_per_project: int = 10_000  # uploaded for assistants to take up
    responses_per_project: int = 10_000  # stored to be continued; the oldest make room
    response_retention_days: int = 30
    conversations_per_project: int = 10_000  # those that were not used for longest make room
    conversation_turns: int = 200  # questions of one conversation
    conversation_retention_days: int = 90  # after it was last used
    conversation_undo_seconds: float = 3600.0  # that a deleted conversation can be had back
    audit_retention_days: int = 400  # of the audit log; 0 keeps none
    session_idle_seconds: float = 4 * 3600.0  # that somebody who signed in may do nothing
    session_seconds: float = 12 * 3600.0  # until they have to sign in again
    sessions_per_project: int = 10_000  # the oldest make room
    quota_retry_seconds: float = 60.0  # told to callers who hold too much
    requests_per_minute: int = 0  # per project; 0 is no limit
    sources_per_assistant: int = 100
    source_runs_at_once: int = 2  # of one process
    source_run_seconds: float = 6 * 3600.0  # then it counts as failed, and is tried again

    webhooks_per_project: int = 50
    webhook_seconds: float = 15.0  # of one attempt to deliver, as a whole
    webhook_retention_days: int = 14  # of deliveries, after they were made or given up

    # Parsing, in the child process.
    parse_seconds: float = 600.0
    parse_memory_bytes: int = 2048 * MIB
    parse_pages: int = 20_000
    pdf_page_cpu_seconds: float = 15.0  # of one page of a PDF; a real one takes milliseconds
    recognition_page_seconds: float = 60.0  # of text recognition on one page
    parse_text_chars: int = 100_000_000
    archive_ratio: int = 200  # unpacked size over packed size
    archive_bytes: int = 1024 * MIB  # unpacked
    nesting: int = 200  # of JSON, of XML, of archives' folders

    # Ingestion.
    operation_attempts: int = 4  # that ended in an error
    operation_claims: int = 20  # whatever they ended in
    operation_deaths: int = 2  # of who processed it; the file is taken to be the cause
    operation_lease_seconds: float = 60.0
    operation_retention_days: int = 30
    passages_per_file: int = 1_000_000

    # Retrieval and chat.
    top_k: int = 64
    top_k_default: int = 16
    snippet_tokens_min: int = 512
    snippet_tokens: int = 8192
    snippet_tokens_default: int = 2048
    query_chars: int = 100_000
    model_first_event_seconds: float = 60.0
    own_model_first_event_seconds: float = 300.0  # at your own, which may load it
    model_total_seconds: float = 600.0
    deep_steps: int = 6  # of a model that looks further, each with a few searches
    deep_tokens: int = 60_000  # that these steps may read and write together
    local_model_start_seconds: float = 120.0  # to read the weights of a model that we run
    local_model_idle_seconds: float = 600.0  # after its last answer, until it leaves memory
    abandoned_answer_seconds: float = 3.0  # an answer whose client left may be asked for again
    signed_url_seconds: int = 3600
