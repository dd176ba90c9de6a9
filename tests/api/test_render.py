from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from tests.wire.requirements import requirement

from lodgepole.api import render
from lodgepole.api.answers import InlineCitations
from lodgepole.api.json_response import json_bytes
from lodgepole.api.schemas.chat import CitationModel
from lodgepole.api.schemas.context import MultiModalSnippetModel, TextSnippetModel
from lodgepole.api.schemas.files import AssistantFileModel, OperationModel
from lodgepole.api.schemas.wire import WireResponse
from lodgepole.model import (
    Citation,
    Figure,
    File,
    FileKind,
    FileStatus,
    Operation,
    OperationStatus,
    OperationType,
    Reference,
    Snippet,
    Upload,
)

WHEN = datetime(2026, 3, 1, 12, 30, 5, 123456, tzinfo=UTC)


def make_file(id_: str = "f1", kind: FileKind = FileKind.PDF, **changes) -> File:
    upload = Upload(
        name=f"{id_}.{kind}",
        kind=kind,
        size=12,
        crc32c="AAAAAA==",
        sha256="0" * 64,
        metadata=None,
        multimodal=True,
    )
    file = File(
        id=id_,
        assistant_id="a1",
        upload=upload,
        status=FileStatus.AVAILABLE,
        created_at=WHEN,
        updated_at=WHEN,
        generation=1,
    )
    return replace(file, **changes)


def figure(position: int, data: bytes = b"\x89PNG") -> Figure:
    return Figure(
        page=1,
        position=position,
        caption=f"Figure at {position}",
        mime_type="image/png",
        data=data,
        width=100,
        height=50,
    )


def make_snippet(file: File, *figures: Figure) -> Snippet:
    return Snippet(
        file=file,
        text="Before. After.",
        start=100,
        end=114,
        pages=(1, 2),
        score=1,
        tokens=4,
        figures=figures,
    )


def link(file: File) -> str:
    return f"https://x.example/{file.id}"


def sent(model: WireResponse) -> dict:
    """What a client reads."""
    return orjson.loads(json_bytes(model))


def test_times_are_rfc_3339_in_utc_whatever_zone_they_come_in():
    assert render.timestamp(WHEN) == "2026-03-01T12:30:05.123Z"
    elsewhere = WHEN.astimezone(timezone(timedelta(hours=9)))
    assert render.timestamp(elsewhere) == "2026-03-01T12:30:05.123Z"


@pytest.mark.parametrize("kind", list(FileKind))
@requirement("context.reference-types")
def test_every_kind_of_file_has_a_reference_type_that_clients_know(kind: FileKind):
    rendered = sent(render.snippet(make_snippet(make_file(kind=kind)), link))
    TextSnippetModel.model_validate(rendered)
    assert rendered["reference"]["type"] in {"text", "json", "markdown", "pdf", "doc_x"}
    assert rendered["score"] == 1.0
    assert isinstance(rendered["score"], float)


@requirement("context.multimodal")
def test_figures_stand_where_they_are_in_the_text():
    bare = figure(114, data=b"")
    rendered = sent(render.snippet(make_snippet(make_file(), bare, figure(107)), link))
    MultiModalSnippetModel.model_validate(rendered)
    assert rendered["content"] == [
        {"type": "text", "text": "Before."},
        {
            "type": "image",
            "caption": "Figure at 107",
            "image": {"type": "base64", "mime_type": "image/png", "data": "iVBORw=="},
        },
        {"type": "text", "text": " After."},
        {"type": "image", "caption": "Figure at 114", "image": None},
    ]


def test_figures_beyond_the_snippet_stand_at_its_ends():
    rendered = sent(render.snippet(make_snippet(make_file(), figure(5), figure(999)), link))
    assert [block["type"] for block in rendered["content"]] == ["image", "text", "image"]


@requirement("file.shape")
def test_a_file_shows_its_progress_its_failure_and_its_notice():
    half = make_file(status=FileStatus.PROCESSING, percent_complete=40)
    assert sent(render.file(half))["percent_done"] == 0.4
    failed = make_file(status=FileStatus.PROCESSING_FAILED, error_message="No text.")
    assert sent(render.file(failed))["error_message"] == "No text."
    noticed = make_file(notice="Pages 3 and 7 hold no readable text.")
    assert sent(render.file(noticed))["notice"] == "Pages 3 and 7 hold no readable text."
    for file in (half, failed, noticed):
        AssistantFileModel.model_validate(sent(render.file(file)))
        assert ("notice" in sent(render.file(file))) == (file is noticed)


@requirement("operation.shape")
def test_an_operation_leaves_out_what_does_not_apply():
    processing = Operation(
        id="o1",
        assistant_id="a1",
        type=OperationType.DELETE_FILE,
        status=OperationStatus.PROCESSING,
        created_at=WHEN,
        file_id="f1",
        error_message="left by an earlier attempt",
    )
    assert set(sent(render.operation(processing))) == {
        "id", "operation_type", "status", "created_on", "percent_complete", "file_id",
    }  # fmt: skip
    done = replace(
        processing,
        status=OperationStatus.COMPLETED,
        completed_at=WHEN,
        percent_complete=90,
        ingestion_units=3,
    )
    rendered = sent(render.operation(done))
    OperationModel.model_validate(rendered)
    assert rendered["percent_complete"] == 100
    assert "error_message" not in rendered
    assert isinstance(rendered["ingestion_units"], float)


def reference(file: File, *pages: int) -> Reference:
    return Reference(file=file, pages=pages, highlight=None, start=0, end=5)


def test_a_citation_without_pages_has_an_empty_list_of_them():
    cited = sent(render.citation(Citation(7, (reference(make_file(kind=FileKind.TEXT)),)), link))
    CitationModel.model_validate(cited)
    assert cited["references"][0]["pages"] == []


def test_inline_citations_number_the_files_as_they_come():
    one, two = make_file("one"), make_file("two", FileKind.TEXT)
    inline = InlineCitations()
    assert inline.text(Citation(1, (reference(one, 1, 2, 3),))) == " [1, pp. 1-3]"
    assert inline.text(Citation(2, (reference(two), reference(one, 5)))) == " [2] [1, pp. 5]"
    assert inline.text(Citation(3, (reference(one, 9, 1, 2),))) == " [1, pp. 1-2, 9]"
