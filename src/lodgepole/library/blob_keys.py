"""Keys of the blobs of files: each below its assistant, its file and its generation.

Files that no assistant has taken up yet are below `HELD`, which no assistant's id is.
"""

from lodgepole.case_safe_ids import folder_name, id_of
from lodgepole.model import FileVersion

HELD = "held/"


def assistant_prefix(assistant_id: str) -> str:
    return f"{assistant_id}/"


def file_prefix(assistant_id: str, file_id: str) -> str:
    return f"{assistant_id}/{folder_name(file_id)}/"


def version_prefix(assistant_id: str, version: FileVersion) -> str:
    return f"{file_prefix(assistant_id, version.file_id)}{version.generation}/"


def original_key(assistant_id: str, version: FileVersion) -> str:
    return f"{version_prefix(assistant_id, version)}original"


def document_key(assistant_id: str, version: FileVersion) -> str:
    return f"{version_prefix(assistant_id, version)}document.json"


def figure_key(assistant_id: str, version: FileVersion, number: int) -> str:
    return f"{version_prefix(assistant_id, version)}figures/{number}"


def version_of(key: str) -> tuple[str, FileVersion] | None:
    """Assistant and version that a key is of; None for one that is of none."""
    assistant_id, _, rest = key.partition("/")
    folder, _, rest = rest.partition("/")
    generation, _, rest = rest.partition("/")
    file_id = id_of(folder)
    if not rest or file_id is None or not generation.isdecimal():
        return None
    return assistant_id, FileVersion(file_id, int(generation))


def given_version(file_id: str) -> FileVersion:
    """Version of what a client brought along for the next content of this id; no content is 0."""
    return FileVersion(file_id, 0)


def given_key(assistant_id: str, file_id: str) -> str:
    return f"{version_prefix(assistant_id, given_version(file_id))}passages"


def held_prefix(file_id: str) -> str:
    return f"{HELD}{folder_name(file_id)}/"


def held_key(file_id: str) -> str:
    return f"{held_prefix(file_id)}original"
