"""The two documented surfaces: the published API, and Lodgepole's own extensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

import lodgepole
from lodgepole.api.openapi.operations import ADDITIONS, COMPATIBLE, OPERATIONS, Described
from lodgepole.api.routes import (
    assistants,
    chat,
    control,
    conversations,
    data,
    evaluation,
    extensions,
    models,
    openai,
    openai_files,
    responses,
    shared_conversations,
    sign_in,
    sources,
    vector_store_files,
    vector_stores,
    webhooks,
)
from lodgepole.api.schemas.openai import OpenAIErrorResponse
from lodgepole.api.schemas.wire import ErrorResponse
from lodgepole.api.versions import VERSION_HEADER

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Scope of one OpenAPI document.

    Attributes:
        routers: Whose routes these are.
        operations: What the routes cannot say themselves.
        summary: One sentence.
        description: What to know before the first request; `{date}` is the version's.
        server: The path that all paths are below.
        tags: Name and description of each group of operations.
        versioned: Whether a header chooses between versions of it.
        failure: The body of what fails.
    """

    routers: tuple[APIRouter, ...]
    operations: Mapping[str, Described]
    summary: str
    description: str
    server: str
    tags: Mapping[str, str]
    versioned: bool
    failure: type[BaseModel] = ErrorResponse


PUBLISHED = Surface(
    routers=(control.router, data.router, chat.router, evaluation.router),
    operations=OPERATIONS,
    summary="The Pinecone Assistant API, served by Lodgepole.",
    description=(
        f"Every path is also served without `/assistant` before it. Send `{VERSION_HEADER}: "
        f"{{date}}` for what this document describes; Lodgepole {lodgepole.__version__}."
    ),
    server="/assistant",
    tags={
        "Assistants": "Create, find, change and delete assistants.",
        "Files": "What assistants know, and what is done with it.",
        "Chat": "Answers with citations, and the snippets behind.",
        "Evaluation": "Answers judged against known good ones.",
    },
    versioned=True,
)
OWN = Surface(
    routers=(
        extensions.router,
        extensions.documents,
        assistants.router,
        models.router,
        sources.router,
        webhooks.router,
        conversations.router,
        shared_conversations.router,
        sign_in.router,
    ),
    operations=ADDITIONS,
    summary="What Lodgepole serves beyond the Pinecone Assistant API.",
    description=(
        "These paths are Lodgepole's own and the same for every version of the published API; "
        f"Lodgepole {lodgepole.__version__}."
    ),
    server=extensions.PREFIX,
    tags={
        "Administration": "Keys, and what they are used for.",
        "Documents": "Files as they were read.",
        "Assistants": "Assistants with their default models, and the models to choose from.",
        "Sources": "Documents that follow their origin.",
        "Webhooks": "Addresses that are told when operations finish. For keys with the role `all`.",
        "Conversations": "Questions and answers, kept for the key that asked.",
    },
    versioned=False,
)
OPENAI = Surface(
    routers=(
        openai.router,
        openai_files.router,
        vector_stores.router,
        vector_store_files.router,
        responses.router,
    ),
    operations=COMPATIBLE,
    summary="Assistants as models and as vector stores of the OpenAI API.",
    description=(
        "For programs that take the base URL of an OpenAI-compatible server: a model is an "
        "assistant, and a vector store is one by its files. "
        f"Lodgepole {lodgepole.__version__}."
    ),
    server="/v1",
    tags={
        "Models": "Assistants, listed and chatted with.",
        "Files": "Files that are uploaded for vector stores to take up.",
        "Vector stores": "Assistants, by the files that they have and what is found in them.",
        "Responses": "Answers from the files of a vector store.",
    },
    versioned=False,
    failure=OpenAIErrorResponse,
)
OF_OUR_OWN: Mapping[str, Surface] = {"lodgepole": OWN, "openai": OPENAI}
"""Documents that belong to no version, by name."""
