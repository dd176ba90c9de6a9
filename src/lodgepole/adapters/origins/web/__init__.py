"""Pages of a web site, by its sitemap, by its links, or one alone: `origin`."""

from lodgepole.adapters.origins.web.origin import WebOrigin

__all__ = ["WebOrigin"]
