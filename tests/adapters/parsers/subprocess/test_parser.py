"""Reading in child processes: whatever a child does costs one file and nothing else."""

import asyncio
import json
import os
import select
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from lodgepole.adapters.parsers.subprocess import parser as subprocess_parser
from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser
from lodgepole.errors import Unavailable, UnreadableFile
from lodgepole.limits import MIB, Limits
from lodgepole.model import Document, FileKind
from lodgepole.runtime.settings import reader_environment

pytestmark = pytest.mark.slow

CHILD = (sys.executable, "-m", "lodgepole.adapters.parsers.subprocess.child")

SCRIPTED = '''
"""A child that does what the name of the file says."""
import json, os, struct, sys, time

def receive():
    header = sys.stdin.buffer.read(5)
    return sys.stdin.buffer.read(struct.unpack(">Ic", header)[0]) if header else None

def send(payload):
    sys.stdout.buffer.write(struct.pack(">I", len(payload) - 1) + payload)
    sys.stdout.buffer.flush()

receive()
send(b"R")
while (frame := receive()) is not None:
    request = json.loads(frame)
    act = request.get("name") or request["what"]
    if act == "once" and not os.path.exists(request["path"] + ".seen"):
        open(request["path"] + ".seen", "w").close()
        os.abort()
    if act == "crash": os.abort()
    if act == "hang": sys.stdin.buffer.read()
    if act == "garbage": sys.stdout.buffer.write(b"x" * 64); sys.stdout.buffer.flush()
    if act == "huge": sys.stdout.buffer.write(b"\\xff\\xff\\xff\\xffD"); sys.stdout.buffer.flush()
    if act == "half":
        sys.stdout.buffer.write(b"\\0\\0\\0\\x0aDabc"); sys.stdout.buffer.flush(); sys.exit()
    if act == "nonsense": send(b"D{}")
    if act == "empty": sys.stdout.buffer.write(bytes(5)); sys.stdout.buffer.flush()
    if act == "long": send(b"P\\x1e"); send(b"P"); send(b"P\\xff")
    if act == "noise": sys.stderr.write("x" * 1_000_000); sys.stderr.flush()
    if act == "environment": send(b"U" + json.dumps(dict(os.environ)).encode()); continue
    send(b"U" + str(os.getpid()).encode())
'''


@asynccontextmanager
async def parser(
    command: tuple[str, ...] = CHILD, limits: Limits | None = None, children: int = 1
) -> AsyncIterator[SubprocessParser]:
    made = SubprocessParser(command, limits or Limits(), children=children)
    try:
        yield made
    finally:
        await made.close()


async def read(
    reader: SubprocessParser, path: Path, kind: FileKind = FileKind.TEXT, name: str = "a.txt"
) -> Document:
    return await reader.parse(path, kind=kind, name=name, multimodal=False)


async def test_what_a_child_says_of_its_progress_is_passed_on(tmp_path: Path) -> None:
    path, told = tmp_path / "a", list[float]()
    path.write_text("text")
    (tmp_path / "child.py").write_text(SCRIPTED)

    async def progress(share: float) -> None:
        told.append(share)

    async with parser((sys.executable, str(tmp_path / "child.py"))) as reader:
        with pytest.raises(UnreadableFile):
            await reader.parse(
                path, kind=FileKind.TEXT, name="long", multimodal=False, progress=progress
            )

    assert told == [0.3, 0.0, 1.0]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_text("hello")
    return path


@pytest.fixture
def scripted(tmp_path: Path) -> tuple[str, ...]:
    script = tmp_path / "child.py"
    script.write_text(SCRIPTED)
    return (sys.executable, str(script))


async def process_of(reader: SubprocessParser, text: Path) -> int:
    """The scripted child's process id."""
    with pytest.raises(UnreadableFile) as failure:
        await read(reader, text, name="who")
    return int(str(failure.value))


async def ends(pid: int) -> None:
    """Return once the process has ended."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = await asyncio.to_thread(select.select, [process], [], [], 5)
        assert ended
    finally:
        os.close(process)


async def test_a_child_is_kept_between_files(scripted: tuple[str, ...], text: Path) -> None:
    async with parser(scripted) as reader:
        assert await process_of(reader, text) == await process_of(reader, text)


async def test_a_child_is_replaced_after_its_share_of_files(
    scripted: tuple[str, ...], text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess_parser, "FILES_PER_CHILD", 2)
    async with parser(scripted) as reader:
        pids = [await process_of(reader, text) for _ in range(4)]

    assert pids[0] == pids[1] != pids[2] == pids[3]


@pytest.mark.parametrize("act", ["crash", "garbage", "huge", "half", "nonsense", "empty"])
async def test_a_child_that_misbehaves_costs_its_file_and_no_other(
    scripted: tuple[str, ...], text: Path, act: str
) -> None:
    async with parser(scripted) as reader:
        before = await process_of(reader, text)
        with pytest.raises(UnreadableFile, match=f"'{act}' made its reader crash"):
            await read(reader, text, name=act)
        after = await process_of(reader, text)
        await ends(before)

    assert before != after


async def test_a_child_that_ends_once_costs_no_file(scripted: tuple[str, ...], text: Path) -> None:
    async with parser(scripted) as reader:
        before = await process_of(reader, text)
        with pytest.raises(UnreadableFile, match=r"^\d+$"):
            await read(reader, text, name="once")
        await ends(before)


async def test_a_child_that_hangs_is_killed_in_time(scripted: tuple[str, ...], text: Path) -> None:
    async with parser(scripted, Limits(parse_seconds=0.2)) as reader:
        with pytest.raises(UnreadableFile, match="'hang' took longer than 0 s to read"):
            await read(reader, text, name="hang")
        await process_of(reader, text)


async def test_a_child_that_hangs_while_it_cuts_is_killed_in_time(
    scripted: tuple[str, ...], text: Path
) -> None:
    async with parser(scripted, Limits(parse_seconds=0.2)) as reader:
        with pytest.raises(UnreadableFile, match="'hang' took longer than 0 s to read"):
            await reader.cut(b"{}", name="hang")
        await process_of(reader, text)


@pytest.mark.parametrize("act", ["hang", "crash"])
async def test_a_page_that_its_reader_does_not_survive_is_refused_in_words(
    scripted: tuple[str, ...], text: Path, act: str
) -> None:
    async with parser(scripted, Limits(parse_seconds=0.2)) as reader:
        with pytest.raises(UnreadableFile, match=f"The {act} takes too much time or memory"):
            await reader.read_foreign(act, b"")
        await process_of(reader, text)


async def test_a_child_finds_no_key_in_its_environment(
    scripted: tuple[str, ...], text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODGEPOLE_API_KEY", "lp_secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    reader = SubprocessParser(scripted, Limits(), environment=reader_environment())
    try:
        with pytest.raises(UnreadableFile) as failure:
            await read(reader, text, name="environment")
    finally:
        await reader.close()
    found = json.loads(str(failure.value))
    assert found["PATH"] == os.environ["PATH"]
    assert "secret" not in str(found)


async def test_what_a_child_prints_does_not_block_it(scripted: tuple[str, ...], text: Path) -> None:
    async with parser(scripted) as reader:
        with pytest.raises(UnreadableFile, match=r"^\d+$"):
            await read(reader, text, name="noise")


async def test_cancelling_kills_the_child_that_reads(scripted: tuple[str, ...], text: Path) -> None:
    async with parser(scripted) as reader:
        pid = await process_of(reader, text)
        task = asyncio.create_task(read(reader, text, name="hang"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await process_of(reader, text)
        if not reader._idle or reader._idle[-1]._process.pid != pid:
            await ends(pid)


async def test_files_are_read_side_by_side_up_to_the_number_of_children(
    scripted: tuple[str, ...], text: Path
) -> None:
    async with parser(scripted, children=2) as reader:
        hanging = asyncio.create_task(read(reader, text, name="hang"))
        first = await process_of(reader, text)
        assert await process_of(reader, text) == first
        assert not hanging.done()
        hanging.cancel()


async def test_a_small_file_of_another_is_read_while_hostile_ones_hang(
    scripted: tuple[str, ...], text: Path
) -> None:
    async with parser(scripted) as reader:
        hanging = [
            asyncio.create_task(
                reader.parse(
                    text, kind=FileKind.TEXT, name="hang", multimodal=False, owner="hostile"
                )
            )
            for _ in range(3)
        ]
        await asyncio.sleep(0)
        with pytest.raises(UnreadableFile, match=r"^\d+$"):
            await reader.parse(
                text, kind=FileKind.TEXT, name="who", multimodal=False, owner="other"
            )
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()


async def test_closing_ends_a_child_that_reads(scripted: tuple[str, ...], text: Path) -> None:
    async with parser(scripted) as reader:
        await process_of(reader, text)
        hanging = asyncio.create_task(read(reader, text, name="hang"))
        waiting = asyncio.create_task(read(reader, text, name="who"))
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await reader.close()
        with pytest.raises(Unavailable, match="shutting down"):
            await hanging
        with pytest.raises(Unavailable, match="shutting down"):
            await waiting


async def test_closing_ends_every_child_and_refuses_more(
    scripted: tuple[str, ...], text: Path
) -> None:
    async with parser(scripted) as reader:
        pid = await process_of(reader, text)
        await reader.close()
        await ends(pid)
        with pytest.raises(Unavailable, match="shutting down"):
            await read(reader, text)


@pytest.mark.parametrize(
    "command",
    [("/nonexistent/program",), (sys.executable, "-c", "raise SystemExit(3)"), ("/bin/cat",)],
)
async def test_a_child_that_cannot_start_is_no_fault_of_the_file(
    command: tuple[str, ...], text: Path
) -> None:
    async with parser(command) as reader:
        with pytest.raises(Unavailable, match="file reader"):
            await read(reader, text)


# --- the real child -----------------------------------------------------------------------------


async def test_every_kind_that_is_read_has_its_parser(tmp_path: Path) -> None:
    contents = {
        FileKind.TEXT: b"hello",
        FileKind.MARKDOWN: b"# hello",
        FileKind.JSON: b'{"a": "hello"}',
        FileKind.JSON_LINES: b'{"a": "hello"}\n',
        FileKind.HTML: b"<p>hello",
        FileKind.CSV: b"hello,there",
        FileKind.EML: b"Subject: hello\n\nthere",
    }
    async with parser() as reader:
        for kind, content in contents.items():
            path = tmp_path / kind.value
            path.write_bytes(content)
            assert "hello" in (await read(reader, path, kind)).text
        zipped = {FileKind.DOCX, FileKind.PPTX, FileKind.XLSX, FileKind.EPUB}
        assert {*contents, *zipped, FileKind.PDF} == set(FileKind)
        for kind in (FileKind.PDF, *zipped):
            with pytest.raises(UnreadableFile, match="is damaged or not a"):
                await read(reader, path, kind)


async def test_files_attached_to_a_letter_are_read_by_their_names(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Berths"
    message.set_content("See the list.")
    for name, content in (("a.csv", b"Ship;Fee\nAda;5\n"), ("b.docx", b"x"), ("c.zip", b"x")):
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    path = tmp_path / "letter"
    path.write_bytes(message.as_bytes())

    async with parser() as reader:
        document = await read(reader, path, FileKind.EML)

    assert "Attachment: a.csv\n\nShip: Ada | Fee: 5" in document.text
    assert "'b.docx' is damaged" in (document.notice or "")
    assert "not read: b.docx, c.zip." in (document.notice or "")


async def test_a_file_that_needs_too_much_memory_says_so(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"[" + b"[1]," * 30_000_000 + b"1]")
    async with parser(limits=Limits(parse_memory_bytes=400 * MIB)) as reader:
        with pytest.raises(UnreadableFile, match="memory than"):
            await read(reader, path, FileKind.JSON)
        path.write_bytes(b"[1]")
        assert (await read(reader, path, FileKind.JSON)).text == "1"


async def test_a_page_tree_that_contains_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "loop.pdf"
    path.write_text(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R 3 0 R]/Count 1000>>endobj\n"
        "3 0 obj<</Type/Pages/Parent 2 0 R/Kids[2 0 R 2 0 R]/Count 500>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF"
    )
    async with parser(limits=Limits(parse_seconds=10)) as reader:
        with pytest.raises(UnreadableFile):
            await read(reader, path, FileKind.PDF)


async def test_an_archive_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 50_000_000)
    async with parser() as reader:
        with pytest.raises(UnreadableFile, match="unpacks to"):
            await read(reader, path, FileKind.DOCX)


async def test_a_child_ends_when_its_parent_is_killed(text: Path) -> None:
    program = (
        "import asyncio, os, pathlib, sys\n"
        "from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser\n"
        "from lodgepole.limits import Limits\n"
        "from lodgepole.model import FileKind\n"
        "async def main():\n"
        f"    reader = SubprocessParser({CHILD!r}, Limits())\n"
        f"    await reader.parse(pathlib.Path({str(text)!r}), kind=FileKind.TEXT, name='a',"
        " multimodal=False)\n"
        "    print(reader._idle[0]._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await parent.communicate()
    assert parent.returncode == -9
    await ends(int(output))
