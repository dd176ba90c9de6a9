"""What runs the networks tells nobody of it."""

import os
import subprocess
import sys

import pytest

READ = "import ctypes; c = ctypes.CDLL(None); c.getenv.restype = ctypes.c_char_p; "
SHOWN = "print(c.getenv(b'ORT_DISABLE_TELEMETRY').decode())"


@pytest.mark.parametrize(
    "module",
    [
        "lodgepole",
        "lodgepole.adapters.inference.onnx_network",
        "lodgepole.adapters.embedders.builtin.network",
        "lodgepole.adapters.ocr.rapidocr",
        "lodgepole.adapters.parsers.subprocess.child",
    ],
)
def test_onnxruntime_finds_its_telemetry_off_in_any_process(module):
    command = [sys.executable, "-c", f"import {module}; {READ}{SHOWN}"]
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout == "1\n"
