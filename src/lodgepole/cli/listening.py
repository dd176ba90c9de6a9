"""Listening socket and connection limit of `lodgepole serve`."""

import contextlib
import errno
import resource
import socket
from typing import TYPE_CHECKING

from lodgepole.cli.connection import running
from lodgepole.errors import Unavailable

if TYPE_CHECKING:
    from lodgepole.runtime.settings import Settings

OPEN_FILES = 65_536  # enough for every connection and every index
BACKLOG = 2048  # connections that wait to be accepted, uvicorn's own default


def open_files() -> int:
    """How many this process may have, sockets included, once it may have as many as it can."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return OPEN_FILES if soft == resource.RLIM_INFINITY else soft
    with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit that it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


def listening(
    settings: "Settings", *, shared: bool = False, accepting: bool = True
) -> socket.socket:
    """A socket bound to the address, before anything else is begun.

    Args:
        settings: Say which address.
        shared: Other processes of ours listen there too, and each gets a part of the connections.
        accepting: Connections may come; else the address is only kept.

    Raises:
        Unavailable: The address cannot be used; the message says why and what to do.
    """
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Unavailable(f"Cannot listen on {host!r}: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        if accepting:
            listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            ours = running(settings.data_dir)
            if ours is not None and ours.endswith(f":{port}"):
                raise Unavailable(
                    f"Lodgepole serves at {ours} already, with the same data directory."
                ) from error
            raise Unavailable(
                f"Port {port} on {host} is in use by another program. Stop that one, or choose "
                "another port; `lodgepole serve --port 0` takes a free one."
            ) from error
        raise Unavailable(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error
    return listener
