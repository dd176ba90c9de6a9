"""JSON that model servers tell of themselves, read within a limit; whatever is wrong is empty."""

from collections.abc import Mapping
from typing import Any, cast

import httpx2
import orjson


async def read_object(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    *,
    most_bytes: int,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
) -> dict[str, Any]:
    """The object of an answer with status 200; an empty one where there is none.

    Nothing is raised: no server, no address, more than `most_bytes`, no JSON, no object are all
    the same to somebody who only looks.
    """
    try:
        async with client.stream(method, url, headers=headers, json=body) as response:
            if response.status_code != 200:
                return {}
            content = b""
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > most_bytes:
                    return {}
        return as_object(orjson.loads(content))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        return {}


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[dict[str, Any]]:
    """The items of a list as objects; none where it is no list."""
    items = cast(list[Any], value) if isinstance(value, list) else []
    return [as_object(item) for item in items]
