"""Part of the wiring: what files are prepared with, in this process or in others beside it."""

import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lodgepole.embedder_choice import open_embedders
from lodgepole.ingestion.preparing import Preparing
from lodgepole.ports import Preparer, Tokenizer
from lodgepole.retrieval.embedders import Embedders
from lodgepole.settings import Settings, reader_environment

if TYPE_CHECKING:
    from lodgepole.adapters.preparing_processes import Children
    from lodgepole.adapters.subprocess_parser import SubprocessParser


@dataclass(frozen=True, slots=True)
class Making:
    """What passages and their vectors are made with."""

    embedders: Embedders
    tokenizer: Tokenizer


async def open_making(settings: Settings, stack: AsyncExitStack) -> Making:
    from lodgepole.adapters.onnxruntime_embedder import find_tokenizer
    from lodgepole.adapters.tokenizers_tokenizer import TokenizersTokenizer

    embedders = await open_embedders(settings, stack)
    return Making(embedders, TokenizersTokenizer(find_tokenizer(settings.cache_dir)))


def open_parser(settings: Settings, stack: AsyncExitStack) -> "SubprocessParser":
    from lodgepole.adapters.subprocess_parser import SubprocessParser

    parser = SubprocessParser(
        (sys.executable, "-m", "lodgepole.parser_child"),
        settings.limits,
        ocr_languages=settings.ocr_languages,
        environment=reader_environment(),
    )
    stack.push_async_callback(parser.close)
    return parser


def open_preparing(settings: Settings, stack: AsyncExitStack, making: Making) -> Preparing:
    return Preparing(
        parser=open_parser(settings, stack),
        tokenizer=making.tokenizer,
        embedders=making.embedders,
        limits=settings.limits,
    )


async def open_preparer(settings: Settings, stack: AsyncExitStack, making: Making) -> Preparer:
    """In this process; on one machine also in others that are started, or that join."""
    preparing = open_preparing(settings, stack, making)
    if settings.on_many_machines:
        return preparing
    import lodgepole
    from lodgepole.adapters.preparing_processes import PreparingPool

    children = _children(settings)
    pool = PreparingPool(
        settings.data_dir,
        preparing,
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


def _children(settings: Settings) -> "Children":
    """The processes that prepare files, not started yet."""
    from lodgepole.adapters.preparing_processes import Children

    command = [sys.executable, "-m", "lodgepole", "worker", "--parent", str(os.getpid())]
    threads = settings.worker_threads or (os.cpu_count() or 1) // max(1, settings.workers)
    return Children(
        [*command, "--data-dir", str(settings.data_dir), "--threads", str(max(1, threads))],
        settings.workers,
        settings.worker_environment(),
    )
