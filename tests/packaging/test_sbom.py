"""The bill of materials names all that is locked, and the licences are those in the docs."""

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("sbom", ROOT / "scripts" / "release" / "sbom.py")
assert _spec is not None
assert _spec.loader is not None
sbom = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sbom)
LOCK = (ROOT / "requirements" / "runtime.lock").read_text("utf-8")


def test_every_locked_package_is_a_component_with_its_hashes():
    found = list(sbom.packages(LOCK))
    named = {line.partition("==")[0] for line in LOCK.splitlines() if "==" in line[:60]}
    left_out = {line.partition("==")[0] for line in LOCK.splitlines() if "'never'" in line}
    assert {package.name for package in found} == named - left_out
    assert all(package.hashes for package in found)
    assert len(sbom.bill(found)["components"]) == len(found)


def test_the_same_lock_gives_the_same_bill():
    first, second = (json.dumps(sbom.bill(list(sbom.packages(LOCK)))) for _ in range(2))
    assert first == second


def test_the_licence_of_every_package_is_known_and_in_the_docs():
    found = list(sbom.packages(LOCK))
    assert [package.name for package in found if package.licence == sbom.UNKNOWN] == []
    assert (ROOT / "docs" / "reference" / "licences.md").read_text("utf-8") == sbom.table(found)
