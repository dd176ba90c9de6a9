"""Write docs/reference/metrics.md from the metrics' definitions.

python scripts/docs/metrics_reference.py [FILE]
"""

import sys
from pathlib import Path

from lodgepole.telemetry.metrics import DEFINITIONS, PREFIX

ROOT = Path(__file__).parents[2]
HEAD = """\
# Metrics

Written from the program by `scripts/docs/metrics_reference.py`; a test keeps it true.

`GET /metrics` answers in the text form of Prometheus. Who may read it is the setting
`LODGEPOLE_METRICS`:

- `loopback`, the default: programs on the server's machine without a key, and from anywhere keys
  with the role `all`, as `Api-Key` or as a bearer token. A request that names another host, or
  came through a proxy that says so, is not from this machine. Keep `/metrics` out of what a proxy
  on the same machine passes on.
- `on`: everybody who reaches the server. For a network of your own.
- `off`: nobody.

Labels take their values from small fixed sets. No name, id, text, query or key is among them.
With worker processes, what they do is counted by the server that they work for. On many machines
each `lodgepole worker` counts by itself, and answers where `LODGEPOLE_WORKER_METRICS` says.

| metric | kind | labels | meaning |
|---|---|---|---|
"""
FOOT = """
Those of the process, such as `process_cpu_seconds_total` and `process_resident_memory_bytes`, are
there too. A dashboard for Grafana and rules for alerts are in `deploy/`.

## Traces

With `OTEL_EXPORTER_OTLP_ENDPOINT` set, and Lodgepole installed as `lodgepole[otel]`, spans are
sent to that collector over OTLP and HTTP: one for each request by its route, one for each stage
of a question, and one for each operation, below the request that uploaded its file. Spans carry
no text, name or key. OpenTelemetry's own variables set the rest, such as
`OTEL_TRACES_SAMPLER_ARG` and `OTEL_EXPORTER_OTLP_HEADERS`.

## Logs

Lines on standard error: text, or with `LODGEPOLE_LOG_FORMAT=json` one JSON object each. Whatever
is written while a request is answered carries the id that the response has as `X-Request-Id`.
`LODGEPOLE_LOG_REQUESTS=true` adds a line for every request, with its route, status and time.
"""


def reference() -> str:
    rows = [
        f"| `{PREFIX}{it.name}` | {it.kind} | {', '.join(f'`{label}`' for label in it.labels)} "
        f"| {it.meaning} |\n"
        for it in DEFINITIONS
    ]
    return HEAD + "".join(rows) + FOOT


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/reference/metrics.md"
    target.write_text(reference(), encoding="utf-8")
    print(target)
