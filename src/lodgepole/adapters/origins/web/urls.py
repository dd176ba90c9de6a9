"""Normalisation of page addresses, and detection of crawler traps. Pure."""

from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

URL_CHARS = 800
SEGMENTS_MOST = 20
SAME_SEGMENTS_MOST = 2
"""Of one name in a path; links that are relative by mistake repeat it without end."""
NAME_CHARS = 120
_TRACKING = frozenset({"gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "igshid", "sessionid"})
_SESSIONS = frozenset({"phpsessid", "jsessionid", "sid"})
_PORTS = {"http": 80, "https": 443}


def normalised(url: str, base: str = "") -> str | None:
    """The address in one form, without fragment, session or tracking; None for none of the web."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        shown = f"{shown}:{port}"
    made = urlunsplit((parts.scheme, shown, parts.path or "/", _query(parts.query), ""))
    return made if len(made) <= URL_CHARS and made.isprintable() and " " not in made else None


def _query(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
    kept = [pair for pair in pairs if not _is_noise(pair[0].lower())]
    return query if len(kept) == len(pairs) else urlencode(kept)


def _is_noise(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKING or name in _SESSIONS


def is_trap(url: str) -> bool:
    """Whether a path is of the kind that pages without end have."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    most = max(Counter(segments).values(), default=0)
    return len(segments) > SEGMENTS_MOST or most > SAME_SEGMENTS_MOST


def site(url: str) -> str:
    """Scheme and host with its port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def prefix(url: str) -> str:
    """The address up to the last slash of its path: what a crawl stays below."""
    parts = urlsplit(url)
    return f"{site(url)}{parts.path.rpartition('/')[0]}/"


def path_of(url: str) -> str:
    """What patterns are about: the path, decoded, without its first slash."""
    return unquote(urlsplit(url).path).lstrip("/")


def ending(url: str) -> str:
    """The ending of the path's last part, in lower case."""
    return PurePosixPath(path_of(url)).suffix.lower()


def file_name(url: str, suffix: str) -> str:
    """A name for the file of a page, with an ending that says how it is read."""
    last = path_of(url).rstrip("/").rpartition("/")[2] or (urlsplit(url).hostname or "index")
    stem = last if not path_of(url) else str(PurePosixPath(last).with_suffix(""))
    fit = "".join(c if c.isprintable() and c != "/" else "_" for c in stem)[:NAME_CHARS]
    return f"{fit or 'index'}{suffix}"
