"""Descriptions that routes cannot give: bodies, answers and failures of each operation.

Bodies are read by the routes' own code, so that the key is checked first; this table names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from lodgepole.api.schemas import (
    assistants,
    chat,
    completions,
    context,
    conversations,
    evaluation,
    extensions,
    files,
    models,
    openai,
    responses,
    sessions,
    sources,
    vector_stores,
    webhooks,
)

ALWAYS = (401, 403, 429, 500, 503)
"""No key, a key of another role, too many requests, a bug of ours, storage that does not answer."""
MODEL = (502, 504)
"""A model provider refused, or took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One operation; None and False are what it does not have.

    Attributes:
        body: The JSON that is sent.
        lines: What the lines of JSON are that are sent.
        upload: Whether a form with a file is sent.
        answer: The JSON that is answered.
        form: Whether a form is sent as the OpenAI API has it.
        bytes: Whether the answer is the bytes of a file.
        text: The type of the text that is answered.
        events: Each of the server-sent events, where the request asks to stream.
        accepted: Whether versions with operations answer 202, one of them and where to find it.
        errors: Statuses of failures, beyond `ALWAYS`.
    """

    body: type[BaseModel] | None = None
    lines: str | None = None
    upload: bool = False
    answer: type[BaseModel] | None = None
    events: str | None = None
    form: bool = False
    bytes: bool = False
    text: str | None = None
    accepted: bool = False
    errors: tuple[int, ...] = ()


OPERATIONS: Mapping[str, Described] = {
    "list_assistants": Described(answer=assistants.ListAssistantsResponse, errors=(400,)),
    "create_assistant": Described(
        body=assistants.CreateAssistantRequest,
        answer=assistants.AssistantModel,
        errors=(400, 409, 413),
    ),
    "get_assistant": Described(answer=assistants.AssistantModel, errors=(404,)),
    "update_assistant": Described(
        body=assistants.UpdateAssistantRequest,
        answer=assistants.UpdateAssistantResponse,
        errors=(400, 404, 413),
    ),
    "delete_assistant": Described(errors=(404,)),
    "list_files": Described(answer=files.ListFilesResponse, errors=(400, 404)),
    "upload_file": Described(
        upload=True, answer=files.AssistantFileModel, accepted=True, errors=(400, 404, 413)
    ),
    "describe_file": Described(answer=files.AssistantFileModel, errors=(400, 404)),
    "upsert_file": Described(upload=True, accepted=True, errors=(400, 404, 409, 413)),
    "delete_file": Described(accepted=True, errors=(404, 409)),
    "list_operations": Described(answer=files.OperationList, errors=(400, 404)),
    "describe_operation": Described(answer=files.OperationModel, errors=(404,)),
    "chat_assistant": Described(
        body=chat.ChatRequest,
        answer=chat.ChatModel,
        events="StreamChatChunkModel",
        errors=(400, 404, 413, *MODEL),
    ),
    "chat_completion_assistant": Described(
        body=completions.CompletionsRequest,
        answer=completions.ChatCompletionModel,
        events="StreamChatCompletionChunkModel",
        errors=(400, 404, 413, *MODEL),
    ),
    "context_assistant": Described(
        body=context.ContextRequest, answer=context.ContextModel, errors=(400, 404, 413, *MODEL)
    ),
    "metrics_alignment": Described(
        body=evaluation.AlignmentRequest,
        answer=evaluation.AlignmentResponse,
        errors=(422, *MODEL),
    ),
}
"""By `operation_id` of the route, for those of the published API."""

GIVEN_LINES = (
    'First `{"embedder": …}`, then the passages, one a line, as they are read: `text` and `vector` '
    "are taken, the rest is passed over."
)
ADDITIONS: Mapping[str, Described] = {
    "describe_me": Described(answer=extensions.KeyModel),
    "list_keys": Described(answer=extensions.ListKeysResponse),
    "create_key": Described(
        body=extensions.CreateKeyRequest,
        answer=extensions.CreatedKeyModel,
        errors=(400, 409, 413),
    ),
    "revoke_key": Described(errors=(404, 409)),
    "sign_out": Described(errors=(409,)),
    "list_sessions": Described(answer=sessions.ListSessionsResponse),
    "revoke_session": Described(errors=(404,)),
    "forget_person": Described(errors=(404,)),
    "list_audit_entries": Described(answer=extensions.ListAuditEntriesResponse, errors=(400,)),
    "describe_usage": Described(answer=extensions.UsageReportModel, errors=(400,)),
    "read_passages": Described(answer=extensions.PassagesModel, errors=(400, 404)),
    "give_passages": Described(lines=GIVEN_LINES, errors=(400, 404, 413)),
    "create_whole_assistant": Described(
        body=assistants.CreateWholeAssistantRequest,
        answer=assistants.WholeAssistantModel,
        errors=(400, 409, 413),
    ),
    "get_whole_assistant": Described(answer=assistants.WholeAssistantModel, errors=(404,)),
    "update_whole_assistant": Described(
        body=assistants.UpdateWholeAssistantRequest,
        answer=assistants.WholeAssistantModel,
        errors=(400, 404, 413),
    ),
    "list_counted_assistants": Described(
        answer=assistants.ListCountedAssistantsResponse, errors=(400,)
    ),
    "list_choosable_models": Described(answer=models.ListChoosableModelsResponse),
    "list_sources": Described(answer=sources.ListSourcesResponse, errors=(400, 404)),
    "create_source": Described(
        body=sources.CreateSourceRequest, answer=sources.SourceModel, errors=(400, 404, 409, 413)
    ),
    "describe_source": Described(answer=sources.SourceModel, errors=(404,)),
    "run_source": Described(answer=sources.SourceModel, errors=(404, 409)),
    "pause_source": Described(answer=sources.SourceModel, errors=(404, 409)),
    "resume_source": Described(answer=sources.SourceModel, errors=(404, 409)),
    "delete_source": Described(errors=(400, 404)),
    "list_source_runs": Described(answer=sources.ListSourceRunsResponse, errors=(400, 404)),
    "list_webhooks": Described(answer=webhooks.ListWebhooksResponse),
    "create_webhook": Described(
        body=webhooks.CreateWebhookRequest,
        answer=webhooks.WebhookSecretModel,
        errors=(400, 404, 413),
    ),
    "describe_webhook": Described(answer=webhooks.WebhookModel, errors=(404,)),
    "update_webhook": Described(
        body=webhooks.UpdateWebhookRequest, answer=webhooks.WebhookModel, errors=(400, 404, 413)
    ),
    "delete_webhook": Described(errors=(404,)),
    "rotate_webhook_secret": Described(answer=webhooks.WebhookSecretModel, errors=(404,)),
    "test_webhook": Described(answer=webhooks.DeliveryModel, errors=(404, 409)),
    "list_webhook_deliveries": Described(answer=webhooks.ListDeliveriesResponse, errors=(400, 404)),
    "redeliver_delivery": Described(answer=webhooks.DeliveryModel, errors=(404, 409)),
    "list_conversations": Described(
        answer=conversations.ListConversationsResponse, errors=(400, 404)
    ),
    "create_conversation": Described(
        body=conversations.CreateConversationRequest,
        answer=conversations.ConversationModel,
        errors=(400, 404, 413),
    ),
    "describe_conversation": Described(answer=conversations.WholeConversationModel, errors=(404,)),
    "rename_conversation": Described(
        body=conversations.RenameConversationRequest,
        answer=conversations.ConversationModel,
        errors=(400, 404, 413),
    ),
    "delete_conversation": Described(answer=conversations.DeletedConversationModel, errors=(404,)),
    "restore_conversation": Described(answer=conversations.ConversationModel, errors=(404,)),
    "ask_in_conversation": Described(
        body=conversations.AskRequest,
        answer=chat.ChatModel,
        events="StreamChatChunkModel",
        errors=(400, 404, 409, 413, *MODEL),
    ),
    "rate_answer": Described(
        body=conversations.RateAnswerRequest,
        answer=conversations.AnswerModel,
        errors=(400, 404, 413),
    ),
    "share_conversation": Described(answer=conversations.ShareModel, errors=(404,)),
    "unshare_conversation": Described(errors=(404,)),
    "describe_shared_conversation": Described(
        answer=conversations.WholeConversationModel, errors=(404,)
    ),
    "export_conversation": Described(text="text/markdown", errors=(404,)),
    "update_file_metadata": Described(
        body=extensions.UpdateFileMetadataRequest, accepted=True, errors=(400, 404, 409, 413)
    ),
    "read_text": Described(answer=extensions.DocumentTextModel, errors=(400, 404, 409)),
}
"""The same for our own."""

COMPATIBLE: Mapping[str, Described] = {
    "list_models": Described(answer=openai.ListModelsResponse),
    "retrieve_model": Described(answer=openai.ModelModel, errors=(404,)),
    "create_chat_completion": Described(
        body=completions.AssistantCompletionsRequest,
        answer=completions.ChatCompletionModel,
        events="StreamChatCompletionChunkModel",
        errors=(400, 404, 413, *MODEL),
    ),
    "create_file": Described(form=True, answer=vector_stores.FileObjectModel, errors=(400, 413)),
    "list_uploaded_files": Described(
        answer=vector_stores.ListFileObjectsResponse, errors=(400, 404)
    ),
    "retrieve_uploaded_file": Described(answer=vector_stores.FileObjectModel, errors=(404,)),
    "download_file": Described(bytes=True, errors=(404,)),
    "delete_uploaded_file": Described(answer=vector_stores.DeletedModel, errors=(404,)),
    "create_vector_store": Described(
        body=vector_stores.CreateVectorStoreRequest,
        answer=vector_stores.VectorStoreModel,
        errors=(400, 404, 409, 413),
    ),
    "list_vector_stores": Described(answer=vector_stores.ListVectorStoresResponse, errors=(400,)),
    "retrieve_vector_store": Described(answer=vector_stores.VectorStoreModel, errors=(404,)),
    "modify_vector_store": Described(
        body=vector_stores.UpdateVectorStoreRequest,
        answer=vector_stores.VectorStoreModel,
        errors=(400, 404, 413),
    ),
    "delete_vector_store": Described(answer=vector_stores.DeletedModel, errors=(404,)),
    "search_vector_store": Described(
        body=vector_stores.SearchRequest,
        answer=vector_stores.SearchResponse,
        errors=(400, 404, 413),
    ),
    "create_vector_store_file": Described(
        body=vector_stores.AttachFileRequest,
        answer=vector_stores.VectorStoreFileModel,
        errors=(400, 404, 409, 413),
    ),
    "list_vector_store_files": Described(
        answer=vector_stores.ListVectorStoreFilesResponse, errors=(400, 404)
    ),
    "retrieve_vector_store_file": Described(
        answer=vector_stores.VectorStoreFileModel, errors=(404,)
    ),
    "update_vector_store_file": Described(
        body=vector_stores.UpdateFileRequest,
        answer=vector_stores.VectorStoreFileModel,
        errors=(400, 404, 409, 413),
    ),
    "delete_vector_store_file": Described(answer=vector_stores.DeletedModel, errors=(404, 409)),
    "read_vector_store_file": Described(
        answer=vector_stores.FileContentResponse, errors=(400, 404, 409)
    ),
    "create_file_batch": Described(
        body=vector_stores.CreateFileBatchRequest,
        answer=vector_stores.FileBatchModel,
        errors=(400, 404, 409, 413),
    ),
    "retrieve_file_batch": Described(answer=vector_stores.FileBatchModel, errors=(404,)),
    "cancel_file_batch": Described(answer=vector_stores.FileBatchModel, errors=(404, 409)),
    "list_file_batch_files": Described(
        answer=vector_stores.ListVectorStoreFilesResponse, errors=(400, 404)
    ),
    "create_response": Described(
        body=responses.CreateResponseRequest,
        answer=responses.ResponseModel,
        events="ResponseEventModel",
        errors=(400, 404, 413, *MODEL),
    ),
    "retrieve_response": Described(answer=responses.ResponseModel, errors=(404,)),
    "delete_response": Described(answer=vector_stores.DeletedModel, errors=(404,)),
    "list_input_items": Described(answer=responses.ListInputItemsResponse, errors=(400, 404)),
}
"""The same for the routes of the OpenAI API."""

CHUNKS: tuple[type[BaseModel], ...] = (
    chat.MessageStartModel,
    chat.ContentChunkModel,
    chat.CitationChunkModel,
    chat.MessageEndModel,
)
"""Events of a streamed chat, told apart by their types."""
STREAMED: tuple[type[BaseModel], ...] = (
    *CHUNKS,
    completions.StreamChatCompletionChunkModel,
    responses.ResponseEventModel,
)

MEANINGS: Mapping[int, str] = {
    400: "The request is malformed, or a value is outside its limits.",
    401: "The API key is missing or not known.",
    403: "The key's role does not allow this.",
    404: "There is nothing of this name or id.",
    409: "The name is taken, or another operation on the file is under way.",
    413: "The body or the file is larger than allowed.",
    422: "The request is malformed, or a value is outside its limits.",
    429: "A rate or quota is used up; try again after `Retry-After` seconds.",
    500: "A failure nobody expected; the log of the server says more under the request's id.",
    502: "The model's provider refused the request.",
    503: "Something the server depends on does not answer; try again.",
    504: "The model took longer than allowed.",
}
