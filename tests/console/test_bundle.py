"""The committed bundle is what its source builds, small, and asks nobody else for anything."""

import gzip
import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
BUNDLE = ROOT / "src" / "lodgepole" / "console"
BUILT_FROM = (
    *("index.html", "package-lock.json", "package.json", "sources.mjs", "tsconfig.json"),
    "vite.config.ts",
)
KB = 1000
NO_HTML = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
)


def fingerprint() -> str:
    names = [*BUILT_FROM]
    names += [p.relative_to(WEB).as_posix() for p in (WEB / "src").rglob("*") if p.is_file()]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(name.encode() + b"\0" + (WEB / name).read_bytes() + b"\0")
    return digest.hexdigest()


def test_the_committed_bundle_was_built_from_this_source():
    built = (BUNDLE / "sources.sha256").read_text().strip()
    assert built == fingerprint(), "web/ has changed since the bundle was built: run `make web`"


def test_all_but_the_pdf_viewer_is_small():
    entry = (BUNDLE / "index.html").read_text("utf-8")
    names = re.findall(r'(?:src|href)="/console/([^"]+)"', entry)
    assert {Path(name).suffix for name in names} == {".js", ".css", ".svg"}
    size = len(gzip.compress(entry.encode()))
    size += sum(len(gzip.compress((BUNDLE / name).read_bytes())) for name in names)
    assert size <= 150 * KB


def test_the_page_refers_to_nothing_elsewhere_and_has_no_inline_code():
    entry = (BUNDLE / "index.html").read_text("utf-8")
    assert "//" not in entry
    assert re.findall(r"<style|<script(?![^>]* src=)|\son\w+=|style=", entry) == []


def test_untrusted_text_can_only_become_text():
    sources = [*(WEB / "src").rglob("*.ts"), *(WEB / "src").rglob("*.tsx")]
    assert len(sources) > 15
    assert [p.name for p in sources if NO_HTML.search(p.read_text("utf-8"))] == []


def test_the_lock_file_names_no_place_to_download_from():
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and not package["integrity"]] == []
