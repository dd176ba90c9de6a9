"""Write what is installed with Lodgepole: a bill of materials, and the table of licences.

    python scripts/release/sbom.py [--sbom dist/sbom.cdx.json] [--licences FILE]

The bill is CycloneDX 1.6, made of `requirements/runtime.lock`: names, versions and hashes.
Licences are what the installed packages say of themselves. It holds no time and no random number,
so that the same lock gives the same bytes.
"""

import argparse
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "runtime.lock"
LICENCES = ROOT / "docs" / "reference" / "licences.md"
UNKNOWN = "NOASSERTION"
_PACKAGE = re.compile(
    r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\]+?))?(?: \\)?$"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
"""What packages say instead of an SPDX expression."""
_OF_OTHER_SYSTEMS = {
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "tzdata": "Apache-2.0",
}
"""As their wheels say; they are not installed on Linux."""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def licence(self) -> str:
        try:
            said = metadata.metadata(self.name)
        except metadata.PackageNotFoundError:
            return _OF_OTHER_SYSTEMS.get(self.name, UNKNOWN)
        classified = [c for c in said.get_all("Classifier") or () if c.startswith("License ::")]
        words = said.get("License-Expression") or (said.get("License") or "").partition("\n")[0]
        words = words or " AND ".join(_SPDX.get(c, c) for c in classified) or UNKNOWN
        return _SPDX.get(words, words)


def packages(lock: str) -> Iterator[Package]:
    """Those of a lock file, without those of no system at all."""
    for entry in re.split(r"\n(?=[a-z0-9])", lock):
        head = _PACKAGE.match(entry.partition("\n")[0])
        if head is not None and "'never'" not in (head["marker"] or ""):
            yield Package(
                head["name"], head["version"], head["marker"] or "", tuple(_HASH.findall(entry))
            )


def bill(found: list[Package]) -> dict[str, Any]:
    """CycloneDX, as JSON."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{package.name}@{package.version}",
            "name": package.name,
            "version": package.version,
            "purl": f"pkg:pypi/{package.name}@{package.version}",
            "licenses": [{"license": {"name": package.licence}}],
            # One for each file that may be installed: a platform takes one of them.
            "properties": [{"name": "lodgepole:sha256", "value": value} for value in package.hashes]
            + [{"name": "lodgepole:marker", "value": package.marker}] * bool(package.marker),
        }
        for package in found
    ]
    content = json.dumps(components, sort_keys=True)
    version = metadata.version("lodgepole")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, version + content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "lodgepole",
                "name": "lodgepole",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": "lodgepole", "dependsOn": [each["bom-ref"] for each in components]}
        ],
    }


def table(found: list[Package]) -> str:
    rows = dict.fromkeys(f"| {package.name} | {package.licence} |" for package in found)
    return "\n".join(
        (
            "# Licences",
            "",
            "What is installed with Lodgepole and its extra `postgres`, and the licence that each",
            "package names. Written by `make sbom` from `requirements/runtime.lock`; a test keeps",
            "it true. Versions and hashes are in the bill of materials, `dist/sbom.cdx.json`.",
            "",
            "| package | licence |",
            "|---|---|",
            *rows,
            "",
        )
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sbom", type=Path, default=ROOT / "dist" / "sbom.cdx.json")
    options.add_argument("--licences", type=Path, default=LICENCES)
    chosen = options.parse_args()
    found = list(packages(LOCK.read_text("utf-8")))
    chosen.sbom.parent.mkdir(parents=True, exist_ok=True)
    chosen.sbom.write_text(json.dumps(bill(found), indent=2) + "\n", "utf-8")
    chosen.licences.write_text(table(found), "utf-8")
    print(f"{len(found)} packages: {chosen.sbom}, {chosen.licences}")


if __name__ == "__main__":
    main()
