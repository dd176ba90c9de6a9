"""Real values for the tests of chat: files, snippets, sources."""

from datetime import UTC, datetime

from lodgepole.model import (
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    Snippet,
    Source,
    Upload,
)

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def make_file(name: str = "report.pdf", file_id: str | None = None) -> File:
    return File(
        id=file_id or f"id-{name}",
        assistant_id="a1",
        upload=Upload(
            name=name,
            kind=FileKind.PDF,
            size=1000,
            crc32c="AAAAAA==",
            sha256="0" * 64,
            metadata=None,
            multimodal=False,
        ),
        status=FileStatus.AVAILABLE,
        created_at=WHEN,
        updated_at=WHEN,
        generation=1,
    )


def make_snippet(
    text: str,
    *,
    name: str = "report.pdf",
    start: int = 0,
    pages: tuple[int, ...] = (),
    page_starts: tuple[tuple[int, int], ...] = (),
    score: float = 0.9,
    **more,
) -> Snippet:
    return Snippet(
        file=make_file(name),
        text=text,
        start=start,
        end=start + len(text),
        pages=pages,
        score=score,
        tokens=len(text.split()),
        page_starts=page_starts,
        **more,
    )


def make_sources(*texts: str) -> tuple[Source, ...]:
    return tuple(
        Source(number=n, snippet=make_snippet(t, name=f"file{n}.txt"))
        for n, t in enumerate(texts, start=1)
    )


def make_assistant(instructions: str | None = None) -> Assistant:
    return Assistant(
        id="a1",
        project_id="p1",
        name="helper",
        status=AssistantStatus.READY,
        instructions=instructions,
        metadata=None,
        region="us",
        created_at=WHEN,
        updated_at=WHEN,
    )
