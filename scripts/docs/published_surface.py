"""Write the facts of the published OpenAPI documents: operations, fields, types, no sentences.

    python scripts/docs/published_surface.py FOLDER TARGET

FOLDER holds `assistant_{control,data,evaluation}_VERSION.oas.yaml` as published; TARGET is
`tests/api/openapi/published_surface.json`, with which `test_document.py` beside it compares our
documents.
"""

import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.api.openapi.surface import Surface  # noqa: E402  the tests are no package that is installed

VERSIONS = ("2025-01", "2025-04", "2025-10", "2026-04")
PARTS = ("control", "data", "evaluation")


def line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def text(folder: Path) -> str:
    """JSON with one line for each operation and each shape, so that changes can be read."""
    versions: list[str] = []
    for version in VERSIONS:
        surface = Surface()
        for part in PARTS:
            source = (folder / f"assistant_{part}_{version}.oas.yaml").read_text("utf-8")
            surface.add(yaml.load(source, Loader=yaml.CSafeLoader))
        parts = [
            f"  {line(name)}: {{\n"
            + ",\n".join(f"   {line(key)}: {line(value)}" for key, value in sorted(held.items()))
            + "\n  }"
            for name, held in (("operations", surface.operations), ("shapes", surface.shapes))
        ]
        versions.append(f" {line(version)}: {{\n" + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(versions) + "\n}\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(text(Path(sys.argv[1])), "utf-8")
