"""Start-up message of `lodgepole serve`: address, key, data directory."""

from typing import TYPE_CHECKING

from lodgepole.cli.connection import read_key
from lodgepole.cli.screen import fields, say, show_json_line

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings


def announce(
    settings: "Settings", url: str, *, api_key_made: str | None, answers: str, as_json: bool
) -> None:
    """The address, the key that was made just now, and which model answers."""
    if as_json:
        show_json_line(
            {
                "url": url,
                "api_key": api_key_made,
                "data_dir": str(settings.data_dir),
                "answers": answers,
            }
        )
        return
    say(f"Lodgepole serves at {url}", style="bold")
    fields(
        [
            ("  API key", _key_line(settings, api_key_made)),
            ("  Data", settings.blob_url or str(settings.data_dir)),
            ("  Answers", answers),
            ("  Console", f"{url}/console"),
            ("  Python SDK", f'Pinecone(api_key="...", host="{url}")'),
            (
                "  TypeScript",
                f'new Pinecone({{apiKey: "...", controllerHostUrl: "{url}/assistant"}})',
            ),
            ("  Here", "lodgepole assistants create NAME  (stop with Ctrl-C)"),
        ]
    )


def _key_line(settings: "Settings", made: str | None) -> str:
    if made is not None:
        return f"{made}  (made now; shown this once, kept in the data directory)"
    if settings.api_key is not None:
        return "the one in LODGEPOLE_API_KEY"
    if settings.on_many_machines:
        return "those in the database"
    kept = "the one in " + str(settings.data_dir / "api_key")
    return kept if read_key(settings.data_dir) else "one that was made before"
