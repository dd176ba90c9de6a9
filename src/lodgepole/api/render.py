"""Converts values of the model into wire models.

Clients decode strictly: scores and shares are floats, times are RFC 3339 in UTC.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from lodgepole.access.assistant_usage import AssistantDay
from lodgepole.access.audit import AuditEntry
from lodgepole.access.usage import ProjectUsage
from lodgepole.api.schemas import assistants as assistant_schemas
from lodgepole.api.schemas import chat as chat_schemas
from lodgepole.api.schemas import context as context_schemas
from lodgepole.api.schemas import evaluation as evaluation_schemas
from lodgepole.api.schemas import extensions as own_schemas
from lodgepole.api.schemas.files import AssistantFileModel, OperationModel
from lodgepole.api.schemas.wire import UsageModel, word
from lodgepole.chat.requests import ContextResult
from lodgepole.documents.text_windows import TextView
from lodgepole.evaluation.judged import AlignmentResult
from lodgepole.library.passage_exports import PassagePart
from lodgepole.model import (
    ApiKey,
    Assistant,
    AssistantStatus,
    Citation,
    File,
    FileKind,
    FileStatus,
    FileTotals,
    Grant,
    Operation,
    OperationStatus,
    Reference,
    Snippet,
    Usage,
)

Link = Callable[[File], str]
"""Makes the signed URL of a file."""

REFERENCE_TYPES: Mapping[FileKind, str] = {
    FileKind.PDF: "pdf",
    FileKind.DOCX: "doc_x",
    FileKind.PPTX: "doc_x",
    FileKind.MARKDOWN: "markdown",
    FileKind.JSON: "json",
    FileKind.JSON_LINES: "json",
}
"""Clients throw on any other type, so every other kind is `text`. Slides keep their numbers as
pages, which only `pdf` and `doc_x` carry."""
PAGED_TYPES = frozenset({"pdf", "doc_x"})
COUNTED = ("requests", "prompt_tokens", "completion_tokens")


def timestamp(moment: datetime) -> str:
    """The moment in RFC 3339, to the millisecond."""
    return moment.astimezone(UTC).isoformat("T", "milliseconds")[: -len("+00:00")] + "Z"


def usage(used: Usage) -> UsageModel:
    return UsageModel(
        prompt_tokens=used.prompt_tokens,
        completion_tokens=used.completion_tokens,
        total_tokens=used.total_tokens,
    )


# --- assistants, files, operations ------------------------------------------------------------


def assistant(
    value: Assistant, *, host: str, status: AssistantStatus | None = None
) -> assistant_schemas.AssistantModel:
    """`status` replaces the stored one, for the answer to a creation."""
    return assistant_schemas.AssistantModel(
        name=value.name,
        status=word(status or value.status),
        instructions=value.instructions,
        metadata=None if not value.metadata else dict(value.metadata),
        host=host,
        region=word(value.region),
        created_at=timestamp(value.created_at),
        updated_at=timestamp(value.updated_at),
    )


def updated_assistant(value: Assistant, *, host: str) -> assistant_schemas.UpdateAssistantResponse:
    whole = assistant(value, host=host)
    return assistant_schemas.UpdateAssistantResponse(assistant_name=value.name, **whole.sent())


def whole_assistant(value: Assistant, *, host: str) -> assistant_schemas.WholeAssistantModel:
    known = assistant(value, host=host)
    return assistant_schemas.WholeAssistantModel(default_model=value.default_model, **known.sent())


def counted_assistant(
    value: Assistant, totals: Mapping[FileStatus, FileTotals], *, host: str
) -> assistant_schemas.CountedAssistantModel:
    def files(status: FileStatus) -> int:
        return totals[status].files if status in totals else 0

    return assistant_schemas.CountedAssistantModel(
        files=assistant_schemas.FileCounts(
            available=files(FileStatus.AVAILABLE),
            processing=files(FileStatus.PROCESSING),
            failed=files(FileStatus.PROCESSING_FAILED),
            deleting=files(FileStatus.DELETING),
        ),
        bytes=sum(total.bytes for total in totals.values()),
        **whole_assistant(value, host=host).sent(),
    )


def file(value: File, *, signed_url: str | None = None) -> AssistantFileModel:
    upload = value.upload
    done = value.status is FileStatus.AVAILABLE
    return AssistantFileModel(
        name=upload.name,
        id=value.id,
        size=upload.size,
        metadata=None if not upload.metadata else dict(upload.metadata),
        created_on=timestamp(value.created_at),
        updated_on=timestamp(value.updated_at),
        status=word(value.status),
        signed_url=signed_url,
        multimodal=upload.multimodal,
        percent_done=1.0 if done else value.percent_complete / 100,
        error_message=value.error_message,
        crc32c_hash=upload.crc32c,
        notice=value.notice or None,
    )


def operation(value: Operation) -> OperationModel:
    """Render an operation; fields that do not apply yet are left out."""
    units, ended = value.ingestion_units, value.completed_at
    done = value.status is OperationStatus.COMPLETED
    return OperationModel(
        id=value.id,
        operation_type=word(value.type),
        file_id=value.file_id,
        status=word(value.status),
        created_on=timestamp(value.created_at),
        completed_on=None if ended is None else timestamp(ended),
        percent_complete=100 if done else value.percent_complete,
        error_message=value.error_message if value.status is OperationStatus.FAILED else None,
        ingestion_units=None if units is None else float(units),
    )


# --- citations and snippets -------------------------------------------------------------------


def citation(value: Citation, link: Link) -> chat_schemas.CitationModel:
    return chat_schemas.CitationModel(
        position=value.position,
        references=[_reference(reference, link) for reference in value.references],
        verified_by=value.verified_by,
    )


def _reference(value: Reference, link: Link) -> chat_schemas.ReferenceModel:
    highlight = value.highlight
    return chat_schemas.ReferenceModel(
        file=file(value.file, signed_url=link(value.file)),
        pages=list(value.pages),
        highlight=None
        if highlight is None
        else chat_schemas.HighlightModel(type="text", content=highlight),
    )


def snippet(value: Snippet, link: Link) -> context_schemas.SnippetModel:
    """A text snippet, or a multimodal one where it has figures."""
    score, reference = float(value.score), _typed_reference(value, link)
    if not value.figures:
        return context_schemas.TextSnippetModel(
            type="text", content=snippet_text(value), score=score, reference=reference
        )
    return context_schemas.MultiModalSnippetModel(
        type="multimodal", content=_blocks(value), score=score, reference=reference
    )


def snippet_text(value: Snippet) -> str:
    """A snippet's text; one from the middle of a table has the names of its columns above."""
    return f"{value.table_head}\n{value.text}" if value.table_head else value.text


def _typed_reference(value: Snippet, link: Link) -> context_schemas.TypedReferenceModel:
    shown = file(value.file, signed_url=link(value.file))
    type_ = REFERENCE_TYPES.get(value.file.upload.kind, "text")
    if type_ in PAGED_TYPES:
        return context_schemas.PagedReferenceModel(
            type=word(type_), file=shown, pages=list(value.pages)
        )
    return context_schemas.TextReferenceModel(type=word(type_), file=shown)


def _blocks(value: Snippet) -> list[context_schemas.BlockModel]:
    """Text and images in reading order; figures without data are shown by caption alone."""
    blocks: list[context_schemas.BlockModel] = []
    _add_text(blocks, value.table_head)
    done = 0
    for figure in sorted(value.figures, key=lambda figure: figure.position):
        place = min(max(figure.position - value.start, done), len(value.text))
        _add_text(blocks, value.text[done:place])
        image = None
        if figure.data:
            data = base64.b64encode(figure.data).decode()
            image = context_schemas.ImageModel(type="base64", mime_type=figure.mime_type, data=data)
        blocks.append(
            context_schemas.ImageBlockModel(type="image", caption=figure.caption, image=image)
        )
        done = place
    _add_text(blocks, value.text[done:])
    return blocks


def _add_text(blocks: list[context_schemas.BlockModel], text: str) -> None:
    if text.strip():
        blocks.append(context_schemas.TextBlockModel(type="text", text=text))


def context(value: ContextResult, link: Link) -> context_schemas.ContextModel:
    return context_schemas.ContextModel(
        id=value.id,
        snippets=[snippet(found, link) for found in value.snippets],
        usage=usage(value.usage),
    )


# --- evaluation -------------------------------------------------------------------------------


def alignment(value: AlignmentResult) -> evaluation_schemas.AlignmentResponse:
    return evaluation_schemas.AlignmentResponse(
        metrics=evaluation_schemas.MetricsModel(
            correctness=float(value.correctness),
            completeness=float(value.completeness),
            alignment=float(value.alignment),
        ),
        reasoning=evaluation_schemas.ReasoningModel(
            evaluated_facts=[
                evaluation_schemas.EvaluatedFactModel(
                    fact=evaluation_schemas.FactModel(content=judged.fact),
                    entailment=word(judged.entailment),
                )
                for judged in value.facts
            ]
        ),
        usage=usage(value.usage),
    )


# --- keys, usage and the text of documents ----------------------------------------------------


def key(value: ApiKey) -> own_schemas.KeyModel:
    grant = value.grant or Grant()
    return own_schemas.KeyModel(
        id=value.id,
        name=value.name,
        role=word(value.role),
        project=value.project_id,
        created_at=timestamp(value.created_at),
        assistants=None if grant.assistants is None else sorted(grant.assistants),
        filter=None if grant.filter is None else dict(grant.filter),
    )


def audit_entry(entry: AuditEntry) -> own_schemas.AuditEntryModel:
    return own_schemas.AuditEntryModel(
        id=entry.id,
        at=timestamp(entry.at),
        action=entry.action,
        target=dict(entry.target),
        status=entry.status,
        key_id=entry.key_id,
        key_name=entry.key_name,
        address=entry.address,
        request_id=entry.request_id,
        more=entry.more,
    )


def created_key(value: ApiKey, secret: str) -> own_schemas.CreatedKeyModel:
    return own_schemas.CreatedKeyModel(api_key=secret, **key(value).sent())


def usage_report(project_id: str, report: ProjectUsage) -> own_schemas.UsageReportModel:
    totals = report.totals
    days: dict[str, dict[str, int]] = {}
    keys: dict[str, dict[str, int]] = {}
    last_used: dict[str, str] = {}
    for entry in report.entries:
        day = last_used[entry.key_id] = entry.day.isoformat()
        for sums, place in ((days, day), (keys, entry.key_id)):
            known = sums.setdefault(place, dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                known[name] += getattr(entry, name)
    operations = {status.lower(): totals.operations.get(status, 0) for status in OperationStatus}
    return own_schemas.UsageReportModel(
        project=project_id,
        assistants=totals.assistants,
        files=totals.files,
        bytes=totals.bytes,
        operations=own_schemas.OperationCounts(**operations),
        since=report.since.isoformat(),
        days=[own_schemas.DayModel(day=day, **counts) for day, counts in days.items()],
        keys=[
            own_schemas.KeyUsageModel(id=id_, last_used_on=last_used[id_], **counts)
            for id_, counts in sorted(keys.items(), key=lambda item: -item[1]["requests"])
        ],
        by_assistant=[_assistant_day(day) for day in report.by_assistant],
    )


def _assistant_day(value: AssistantDay) -> own_schemas.AssistantDayModel:
    return own_schemas.AssistantDayModel(
        day=value.day.isoformat(),
        assistant=value.assistant,
        requests=value.requests,
        prompt_tokens=value.prompt_tokens,
        completion_tokens=value.completion_tokens,
        files=value.files,
        bytes=value.bytes,
    )


def text(file: File, view: TextView) -> own_schemas.DocumentTextModel:
    document = view.document
    return own_schemas.DocumentTextModel(
        file_id=file.id,
        name=file.upload.name,
        length=len(document.text),
        page_count=len(document.pages) or None,
        pages_estimated=document.pages_estimated,
        start=view.start,
        end=view.end,
        text=view.text,
        pages=[
            own_schemas.DocumentPageModel(number=page.number, start=page.start, end=page.end)
            for page in view.pages
        ],
        blocks=[
            own_schemas.DocumentBlockModel(
                kind=word(block.kind), start=block.start, end=block.end, level=block.level
            )
            for block in view.blocks
        ],
        marks=[own_schemas.DocumentSpanModel(start=start, end=end) for start, end in view.marks],
        next_start=view.end if view.more else None,
    )


def passages(part: PassagePart) -> own_schemas.PassagesModel:
    """Vectors as half floats, which is how they are stored: nothing is lost."""
    vectors = [base64.b64encode(row.astype("<f2").tobytes()).decode() for row in part.vectors]
    embedder = part.embedder
    return own_schemas.PassagesModel(
        embedder=None if embedder is None else own_schemas.EmbedderModel(**asdict(embedder)),
        passages=[
            own_schemas.PassageModel(
                ordinal=passage.ordinal,
                start=passage.start,
                end=passage.end,
                page=passage.page,
                heading_path=list(passage.heading_path),
                text=passage.text,
                vector=vectors[row] if row < len(vectors) else None,
            )
            for row, passage in enumerate(part.passages)
        ],
        next_first=part.passages[-1].ordinal + 1 if part.more else None,
    )
