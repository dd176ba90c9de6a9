"""Exported assistants that are written by hand, whole or wrong."""

import base64
import hashlib
import json
import zipfile
from pathlib import Path

import google_crc32c

from lodgepole.cli.archive_reader import MANIFEST


def made_by_hand(path: Path, *, content: bytes = b"The boat.", **changes: object) -> Path:
    file = {
        "id": "f1",
        "name": "boat.txt",
        "metadata": None,
        "multimodal": False,
        "size": 9,
        "crc32c_hash": "x",
        "member": "files/000000",
        "sha256": "98c4c9fa4a3a3f4bb4cb7f0a0c1c5d0c4d9c2f5b8a4e5d5c1f5a2b3c4d5e6f70",
    }
    body = {"format": 1, "release": "0", "assistant": {"name": "a"}, "files": [file], **changes}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/000000", content)
        archive.writestr(MANIFEST, json.dumps(body))
    return path


def boat(**changes: object) -> dict[str, object]:
    crc = base64.b64encode(google_crc32c.Checksum(b"The boat.").digest()).decode()
    file = {"id": "f1", "name": "boat.txt", "metadata": None, "multimodal": False, "size": 9}
    sha256 = hashlib.sha256(b"The boat.").hexdigest()
    member = {"member": "files/000000", "sha256": sha256, "crc32c_hash": crc}
    return {**file, **member, **changes}
