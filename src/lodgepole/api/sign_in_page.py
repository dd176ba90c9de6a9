"""The page that a browser is shown where signing in did not succeed."""

from html import escape

from fastapi import Response

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign-in · Lodgepole</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 34rem; }}
body {{ padding: 0 1rem; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
<p><a href="/console">Back to the sign-in page</a></p>
</main>
</body>
</html>
"""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
TITLES = {
    403: "You may not come in",
    502: "The identity provider refuses this server",
    503: "The identity provider does not answer",
    504: "The identity provider does not answer",
}


def sign_in_page(status: int, text: str) -> Response:
    """What happened, in words, with a way back."""
    title = TITLES.get(status, "You are not signed in")
    page = PAGE.format(title=escape(title), text=escape(text))
    return Response(page, status, HEADERS, "text/html; charset=utf-8")
