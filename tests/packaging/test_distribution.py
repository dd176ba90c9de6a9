"""What is in the packages that people install."""

import subprocess
import tarfile
import zipfile
from email.parser import BytesParser
from pathlib import Path, PurePosixPath

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "lodgepole"


@pytest.fixture(scope="module")
def modules() -> set[str]:
    """Listed before the packages are built, since somebody may be writing another one."""
    return shipped("*.py")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, modules: set[str]) -> tuple[Path, Path]:
    """The wheel and the sdist, as `make wheel` builds them."""
    assert modules
    out = tmp_path_factory.mktemp("dist")
    own = ROOT / ".uv" / "bin" / "uv"
    uv = str(own) if own.exists() else "uv"
    for kind in ("--wheel", "--sdist"):
        command = (uv, "build", "--quiet", kind, "--out-dir", str(out), str(ROOT))
        subprocess.run(command, timeout=60, check=True)
    [wheel] = out.glob("*.whl")
    [sdist] = out.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def in_wheel(built: tuple[Path, Path]) -> set[str]:
    with zipfile.ZipFile(built[0]) as archive:
        return set(archive.namelist())


def shipped(pattern: str) -> set[str]:
    """Files of the source that a wheel must have, as it names them."""
    found = (path for path in SOURCE.rglob(pattern) if path.is_file())
    return {
        str(PurePosixPath("lodgepole", *path.relative_to(SOURCE).parts))
        for path in found
        if "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_module_and_says_that_it_is_typed(
    in_wheel: set[str], modules: set[str]
):
    assert modules - in_wheel == set()
    assert "lodgepole/py.typed" in in_wheel


def test_the_wheel_has_the_migrations(in_wheel: set[str]):
    migrations = {name for name in in_wheel if "databases/sql/migrations/versions/" in name}
    assert migrations
    assert any(name.endswith("migrations/script.py.mako") for name in in_wheel)


def test_the_wheel_has_the_console_and_the_page_of_the_api(in_wheel: set[str]):
    for page in ("console", "api/routes/docs_page"):
        files = {name for name in shipped("*") if name.startswith(f"lodgepole/{page}/")}
        assert f"lodgepole/{page}/index.html" in files
        assert files - in_wheel == set()


def test_the_wheel_has_the_examples_that_the_demo_uploads(in_wheel: set[str]):
    examples = {f"lodgepole/examples/{path.name}" for path in (ROOT / "examples").iterdir()}
    assert len(examples) == 5
    assert examples - in_wheel == set()


def test_the_wheel_has_nothing_that_only_the_checkout_needs(in_wheel: set[str]):
    tops = {PurePosixPath(name).parts[0] for name in in_wheel}
    assert {top for top in tops if top != "lodgepole" and not top.endswith(".dist-info")} == set()
    assert not any("__pycache__" in name or name.endswith(".safetensors") for name in in_wheel)


def test_the_metadata_is_complete(built: tuple[Path, Path]):
    with zipfile.ZipFile(built[0]) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = BytesParser().parsebytes(archive.read(name))
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
        points = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "lodgepole = lodgepole.cli:main" in archive.read(points[0]).decode()
    assert metadata["Name"] == "lodgepole"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert licences == {"LICENSE", "NOTICE"}
    extras = set(metadata.get_all("Provides-Extra", []))
    assert {"ocr", "otel"} <= extras


def test_the_sdist_can_be_built_tested_and_documented(built: tuple[Path, Path]):
    with tarfile.open(built[1]) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    for needed in (
        *("pyproject.toml", "Makefile", "LICENSE", "NOTICE", "README.md", "mkdocs.yml"),
        *("requirements/dev.lock", "src/lodgepole/py.typed", "src/lodgepole/console/index.html"),
        *("tests/test_house.py", "scripts/docs/examples.py", "docs/index.md", "web/package.json"),
        *("deploy/Dockerfile", "examples/operator-handbook.pdf"),
    ):
        assert needed in names, needed
    assert not any("node_modules" in name or ".hypothesis" in name for name in names)
