"""The process that runs a model: options on standard input, its address on standard output.

It ends when standard input does, which the system closes when whoever started us is gone.
"""

import ctypes
import os
import signal
import sys
from typing import Any

import orjson

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
ONE_AT_A_TIME = 1  # answers; each more would take its share of the window


def main() -> None:
    """Serve until standard input ends."""
    parent = os.getppid()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # llama.cpp may write there
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    options: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline())
    told, server = _served(options)
    answers.write(orjson.dumps(told) + b"\n")
    answers.flush()
    if server is not None and os.getppid() == parent:
        sys.stdin.buffer.read()
    # At once: a generation under way would keep an orderly end waiting.
    os._exit(0)


def _served(options: dict[str, Any]) -> tuple[dict[str, str], object | None]:
    """What is said to whoever started us, and the server, which must not be lost sight of."""
    try:
        # A hundred megabytes of an extra, and tests run this module without it.
        import xllamacpp  # noqa: PLC0415  # pyright: ignore[reportMissingImports]
    except ImportError:
        needed = "The extra `local` is not installed: pip install 'lodgepole[local]'."
        return {"error": needed}, None
    params = xllamacpp.CommonParams()
    params.model.path = options["path"]
    params.n_ctx = options["context_tokens"]
    params.n_parallel = ONE_AT_A_TIME
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [options["api_key"]]
    params.ui = False
    params.offline = True
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        return {"error": f"llama.cpp says: {str(error)[:300]}"}, None
    return {"url": server.listening_address}, server


if __name__ == "__main__":
    main()
