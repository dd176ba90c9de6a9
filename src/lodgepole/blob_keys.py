"""Keys of the blobs of files: each below its assistant, its file and its generation."""

from lodgepole.model import FileVersion


def assistant_prefix(assistant_id: str) -> str:
    return f"{assistant_id}/"


def file_prefix(assistant_id: str, file_id: str) -> str:
    return f"{assistant_id}/{file_id}/"


def version_prefix(assistant_id: str, version: FileVersion) -> str:
    return f"{assistant_id}/{version.file_id}/{version.generation}/"


def original_key(assistant_id: str, version: FileVersion) -> str:
    return f"{version_prefix(assistant_id, version)}original"


def document_key(assistant_id: str, version: FileVersion) -> str:
    return f"{version_prefix(assistant_id, version)}document.json"


def figure_key(assistant_id: str, version: FileVersion, number: int) -> str:
    return f"{version_prefix(assistant_id, version)}figures/{number}"
