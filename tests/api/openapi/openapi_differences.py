"""Where our OpenAPI documents say something else than the published ones, and why.

Each row: what differs, with `*` for anything, as `surface.differences` words it, and the reason.
A row that matches nothing any more has to go.
"""

ALWAYS_SENT = "We promise more: the field is in every answer."
NULL_IS_NONE = "Clients send null for what they leave out; we say that it is taken."
NEWER_FIELD = "Newer request fields are taken under older versions, because clients send them."
EXTRA_FIELD = "One more than published; the official clients ignore or read it."
OLDER_MODELS = "Clients of all versions send all of these names; each is answered."
OPENAI = "As in the OpenAI API, so that its clients work too."
ERRORS = "The published documents leave out this failure."
UNSENT = "A word that we have no occasion to send."

DIFFERENCES: tuple[tuple[str, str], ...] = (
    # Failures and headers.
    ("* header X-Request-Id: added", "Every answer names the request in the server's log."),
    ("* header Retry-After: added", "Says when a rate or quota is free again."),
    ("* 400: added", ERRORS),
    ("POST /evaluation/metrics/alignment 401: added", ERRORS),
    ("* 403: added", "Keys have roles here."),
    ("POST /assistants 409: added", "A taken name is a conflict; clients would repeat a 429."),
    ("*/files/* 409: added", "Another operation on the file is under way."),
    ("* 413: added", "Bodies and files have limits."),
    ("* 429: added", "Rates can be limited for each project."),
    ("* 502: added", "A model's provider may refuse."),
    ("* 503: added", "Storage may not answer."),
    ("* 504: added", "A model may take too long."),
    ("PATCH /assistants/{assistant_name} 4?? application/json: added", "The body of failures."),
    ("PATCH /assistants/{assistant_name} 500 application/json: added", "The body of failures."),
    ("ErrorResponse.error.code word DATA_LOSS: missing", UNSENT),
    ("ErrorResponse.error.code word FORBIDDEN: missing", UNSENT),
    ("ErrorResponse.error.code word INTERNAL: missing", UNSENT),
    ("ErrorResponse.error.code word OK: missing", UNSENT),
    ("ErrorResponse.error.code word QUOTA_EXCEEDED: missing", UNSENT),
    ("ErrorResponse.error.code word RESOURCE_EXHAUSTED: missing", UNSENT),
    (
        "DELETE /files/{assistant_name}/{assistant_file_id} 204: missing",
        "The official TypeScript client fails on a 204; a deletion is always an operation.",
    ),
    # Requests.
    ("* request * null or * here", NULL_IS_NONE),
    ("*Request.*: * there, * or null here", NULL_IS_NONE),
    ("*Request.*: * there, null or * here", NULL_IS_NONE),
    ("ContextOptionsModel_as_ContextOptions.*: * there, * or null here", NULL_IS_NONE),
    ("MessageModel_as_MessageRequest.content: required here", "An empty message is refused."),
    ("*Request.model word *: added", OLDER_MODELS),
    ("*Request.temperature: added", NEWER_FIELD),
    ("*Request.context_options: added", NEWER_FIELD),
    ("ContextRequest.*: added", NEWER_FIELD),
    ("ContextOptionsModel_as_ContextOptions.*: added", NEWER_FIELD),
    ("POST /files/{assistant_name} parameter query multimodal: added", NEWER_FIELD),
    ("SearchCompletions_as_CompletionsRequest.*: added", OPENAI),
    ("*environment: added", "Named to say that it is refused."),
    ("* parameter query * word : added", "An empty parameter is one that is left out."),
    ("* parameter query * word *: added", "The published document lists no words."),
    # Answers: assistants and files.
    ("GET * 200 application/json *: required here", ALWAYS_SENT),
    ("ListAssistantsResponse.assistants: required here", ALWAYS_SENT),
    ("ListFilesResponse.files: required here", ALWAYS_SENT),
    ("OperationList.operations: required here", ALWAYS_SENT),
    ("OperationModel.percent_complete: required here", ALWAYS_SENT),
    ("OperationModel.*: null or * there, * here", "Left out until it applies, never null."),
    ("Assistant_as_AssistantModel.*: required here", ALWAYS_SENT),
    ("Assistant_as_AssistantModel.region: added", EXTRA_FIELD),
    (
        "Assistant_as_AssistantModel.status word InitializationFailed: added",
        "One list of states for all versions.",
    ),
    ("PATCH * 200 application/json *: required here", ALWAYS_SENT),
    ("PATCH * 200 application/json *: added", "The whole assistant is answered."),
    ("PATCH * 200 application/json *: * here", "Null when it is not set."),
    ("UpdateAssistantResponse.*: required here", ALWAYS_SENT),
    ("UpdateAssistantResponse.*: added", "The whole assistant is answered."),
    ("UpdateAssistantResponse.*: * there, null or * here", "Null when it is not set."),
    ("*AssistantFileModel.*: required here", ALWAYS_SENT),
    ("*AssistantFileModel.*: added", EXTRA_FIELD),
    (
        "*AssistantFileModel.id: format uuid there, None here",
        "Upserted files have ids of the client's choice, in every version's lists.",
    ),
    ("*AssistantFileModel.percent_done: null or number there, number here", ALWAYS_SENT),
    # Answers: chat and context.
    ("POST /chat/{assistant_name} 200 text/event-stream: added", "Streams, in every version."),
    ("ChatModel.*: required here", ALWAYS_SENT),
    ("CitationModel.*: required here", ALWAYS_SENT),
    ("ReferenceModel.*: required here", ALWAYS_SENT),
    (
        "ReferenceModel.highlight: object there, null or object here",
        "Null where none was asked for, as later documents say.",
    ),
    ("MessageModel.*: required here", ALWAYS_SENT),
    ("UsageModel.*: required here", ALWAYS_SENT),
    ("ContentFilterResults.*: required here", ALWAYS_SENT),
    ("StreamChatChunkModel.content_filter_results.*: required here", ALWAYS_SENT),
    ("*finish_reason word tool_calls: added", OPENAI),
    ("ChatCompletionModel.*: required here", ALWAYS_SENT),
    ("ChatCompletionModel.*: added", OPENAI),
    ("MessageModel_as_CompletionMessageModel.*: required here", ALWAYS_SENT),
    ("MessageModel_as_CompletionMessageModel.annotations: added", OPENAI),
    ("MessageModel_as_CompletionMessageModel.tool_calls: added", OPENAI),
    ("ChoiceModel.*: required here", ALWAYS_SENT),
    ("ChoiceChunkModel.*: required here", ALWAYS_SENT),
    ("ChoiceChunkModel.delta.annotations: added", OPENAI),
    ("ChoiceChunkModel.delta.tool_calls: added", OPENAI),
    ("*finish_reason: string there, null or string here", OPENAI),
    ("StreamChatCompletionChunkModel.*: required here", ALWAYS_SENT),
    ("StreamChatCompletionChunkModel.*: added", OPENAI),
    ("*/chat/completions 200 text/event-stream *: required here", ALWAYS_SENT),
    ("*/chat/completions 200 text/event-stream *: added", OPENAI),
    ("ContextModel.id: required here", ALWAYS_SENT),
    (
        "SnippetModel_as_inline.content: string there, array or string here",
        "Files uploaded as multimodal under a newer version are found by older clients too.",
    ),
    ("SnippetModel_as_inline.type word multimodal: added", "The same."),
    ("SnippetModel_as_inline.*: required here", ALWAYS_SENT),
    ("SnippetModel_as_inline.reference.file.*: added", EXTRA_FIELD),
    (
        "SnippetModel_as_inline.reference.file.id: format uuid there, None here",
        "As for files.",
    ),
    (
        "SnippetModel_as_inline.reference.file.percent_done: null or number there, number here",
        ALWAYS_SENT,
    ),
)
