"""Part of the wiring: what files are prepared with, in this process or in others beside it."""

import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass

import lodgepole
from lodgepole.adapters.embedders.builtin import find_tokenizer
from lodgepole.adapters.embedders.tokenizer import TokenizersTokenizer
from lodgepole.adapters.parsers.subprocess.parser import SubprocessParser
from lodgepole.adapters.worker_processes.children import Children
from lodgepole.adapters.worker_processes.pool import PreparingPool
from lodgepole.ingestion.processing import LocalProcessor
from lodgepole.ports.file_processor import FileProcessor
from lodgepole.ports.tokenizer import Tokenizer
from lodgepole.retrieval.embedders import Embedders
from lodgepole.runtime.embedders import open_embedders
from lodgepole.runtime.settings import Settings, reader_environment


@dataclass(frozen=True, slots=True)
class ProcessingTools:
    """Tools that passages and their vectors are made with."""

    embedders: Embedders
    tokenizer: Tokenizer


async def open_processing_tools(settings: Settings, stack: AsyncExitStack) -> ProcessingTools:
    embedders = await open_embedders(settings, stack)
    return ProcessingTools(embedders, TokenizersTokenizer(find_tokenizer(settings.cache_dir)))


def open_parser(
    settings: Settings, stack: AsyncExitStack, *, children: int = 2
) -> SubprocessParser:
    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.runtime.reader_process"),
        settings.limits,
        children=children,
        ocr_languages=settings.ocr_languages,
        tokenizer=find_tokenizer(settings.cache_dir),
        environment=reader_environment(),
    )
    stack.push_async_callback(parser.close)
    return parser


def open_local_processor(
    settings: Settings, stack: AsyncExitStack, tools: ProcessingTools
) -> LocalProcessor:
    reader = open_parser(settings, stack)
    return LocalProcessor(
        parser=reader,
        chunker=reader,
        tokenizer=tools.tokenizer,
        embedders=tools.embedders,
        limits=settings.limits,
    )


async def open_file_processor(
    settings: Settings, stack: AsyncExitStack, tools: ProcessingTools
) -> FileProcessor:
    """Open a processor in this process; on one machine also in others that join or are started."""
    processor = open_local_processor(settings, stack, tools)
    if settings.on_many_machines:
        return processor
    children = _children(settings)
    pool = PreparingPool(
        settings.data_dir,
        processor,
        release=lodgepole.__version__,
        expected=settings.workers > 0,
        limits=settings.limits,
        hung=children.end,
    )
    await pool.open()
    stack.push_async_callback(pool.close)
    children.open()
    stack.push_async_callback(children.close)
    return pool


def _children(settings: Settings) -> Children:
    """The processes that prepare files, not started yet."""
    command = [sys.executable, "-m", "lodgepole", "worker", "--parent", str(os.getpid())]
    threads = settings.worker_threads or (os.cpu_count() or 1) // max(1, settings.workers)
    return Children(
        [*command, "--data-dir", str(settings.data_dir), "--threads", str(max(1, threads))],
        settings.workers,
        settings.worker_environment(),
    )
