"""Fingerprints of pages, by which a later run knows that one has not changed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from lodgepole.ports.source_store import SourceItem

VALIDATOR_CHARS = 500


@dataclass(slots=True, kw_only=True)
class Known:
    """What the site said of a page when it was read last, and what was read."""

    etag: str = ""
    modified: str = ""
    digest: str = ""  # of the bytes as they were received
    lastmod: str = ""  # as the sitemap said
    depth: int = 0

    @classmethod
    def read(cls, item: SourceItem | None) -> "Known":
        values = {} if item is None else orjson.loads(item.fingerprint)
        return cls(**values)

    def write(self) -> str:
        fields = ("etag", "modified", "digest", "lastmod", "depth")
        return orjson.dumps({name: v for name in fields if (v := getattr(self, name))}).decode()

    def validators(self) -> dict[str, str]:
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in given.items() if value}

    def renewed(self, headers: Mapping[str, str], digest: str) -> "Known":
        """The same page as it is answered now."""
        return Known(
            etag=headers.get("etag", "")[:VALIDATOR_CHARS],
            modified=headers.get("last-modified", "")[:VALIDATOR_CHARS],
            digest=digest,
            lastmod=self.lastmod,
            depth=self.depth,
        )
