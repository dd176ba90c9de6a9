"""A process beside a server holds what reads and embeds, and nothing else."""

import asyncio
import subprocess
import sys

import pytest

from lodgepole.runtime import worker_process
from lodgepole.runtime.settings import Settings


def test_it_imports_neither_the_data_nor_an_http_server():
    program = (
        "import sys, lodgepole.runtime.worker_process\n"
        "print(*{'fastapi', 'uvicorn', 'sqlalchemy', 'tantivy', 'obstore'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("", "")


@pytest.mark.slow  # opens the model
async def test_told_to_stop_it_ends_where_no_server_is(tmp_path):
    stop = asyncio.Event()
    stop.set()
    async with asyncio.timeout(60):
        await worker_process.process_for_server(Settings(data_dir=tmp_path), stop)
    assert list(tmp_path.iterdir()) == []
