"""One of the processes that `lodgepole serve --processes N` starts; nobody types this."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from lodgepole.cli.connection import load_settings, write_whole
from lodgepole.cli.listening import listening, open_files
from lodgepole.cli.screen import fail
from lodgepole.cli.serving_logs import collect_seldom, log_to_standard_error
from lodgepole.cli.serving_processes import OWNER, READER, READY
from lodgepole.concurrency.event_loop import run
from lodgepole.errors import LodgepoleError
from lodgepole.runtime import http_server, local_models
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.wiring import Runtime


def main(arguments: Sequence[str]) -> int:
    """Serve as the owner or as a reader until told to stop; the exit code.

    Args:
        arguments: `owner` or `reader`; the folder that all of them share; the process that
            started this one.
    """
    role, folder, parent = arguments
    try:
        settings = load_settings()
        log_to_standard_error(settings)
        run(_serve(settings, role, Path(folder), int(parent)))
    except LodgepoleError as error:
        fail(error, as_json=False)
        return 1
    return 0


async def _serve(settings: Settings, role: str, folder: Path, parent: int) -> None:
    settings = await local_models.with_model_of_this_machine(settings)
    part = http_server.Part(owns=role == OWNER, socket=folder / OWNER, parent=parent)
    most = min(settings.limits.connections // settings.processes, open_files() // 2)

    def listens(runtime: Runtime) -> None:
        said = {"api_key_made": runtime.api_key_made, "answers": runtime.answers}
        name = OWNER if part.owns else f"{READER}-{os.getpid()}"
        write_whole(folder / f"{READY}{name}", orjson.dumps(said))
        collect_seldom()

    with listening(settings, shared=True) as listener:
        await http_server.serve(settings, listener, listens, connections=max(1, most), part=part)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
