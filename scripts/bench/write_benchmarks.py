"""Write what a benchmark prints into its section of docs/benchmarks.md.

python scripts/bench/write_benchmarks.py SECTION OUTPUT_FILE COMMAND
"""

import os
import platform
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by the commands that stand over each section. Times depend on the machine and on what else
it does at the time: where the load average is above the number of cores, they are too long. Compare
the multiples of the floors.
"""


def main() -> None:
    section, output, command = sys.argv[1:]
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load "
        f"average {os.getloadavg()[0]:.1f} at the end"
    )
    body = (
        f"<!-- {section} -->\n## {section}\n\n`{command}` on {machine}:\n\n```text\n"
        f"{Path(output).read_text(encoding='utf-8').strip()}\n```\n<!-- end {section} -->\n"
    )
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    pattern = re.compile(f"<!-- {section} -->.*<!-- end {section} -->\n", re.DOTALL)
    page = pattern.sub(lambda _: body, page) if pattern.search(page) else f"{page}\n{body}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
