"""Addresses that may be reached: public ones, and networks that the operator allows. Pure.

The lists of the standard library change between releases of Python, so that what is refused is
written out here, and what they refuse beyond it is refused too.
"""

import re
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from lodgepole.errors import InvalidRequest, PermissionDenied

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # public by its number, and Azure's own service inside its networks
        *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32"),
        *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
_MAPPED = ip_network("::ffff:0:0/96")
_TRANSLATED = ip_network("::ffff:0:0:0/96")  # by SIIT
_COMPATIBLE = ip_network("::/96")
_NAT64 = ip_network("64:ff9b::/96")
_6TO4 = ip_network("2002::/16")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""The third quarter of an address that has an IPv4 address as its last."""
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|\d+")
WELL_KNOWN_PORTS = frozenset({80, 443})
FIRST_USER_PORT = 1024


class Networks:
    """Networks that may be reached."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """`allowed` are networks such as `10.1.0.0/16` that may be reached besides public ones.

        Raises InvalidRequest.
        """
        try:
            self._allowed = tuple(ip_network(text) for text in allowed)
        except ValueError as error:
            raise InvalidRequest(f"{error}: write a network like 10.1.0.0/16") from None

    def check(self, address: str) -> None:
        """Raises PermissionDenied for a resolved address that may not be reached."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            raise PermissionDenied(f"{address[:80]!r} is no address of the internet.") from None
        every = (found, *_embedded(found))
        if self._is_allowed(every[-1]) or self._is_allowed(found):
            return
        if not all(map(_is_public, every)):
            raise PermissionDenied(
                f"The address {found} is private, of this machine or of its network; the operator "
                "can allow it."
            )

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed)


def check_url(url: str) -> None:
    """Refuse a URL by how it is written; where it leads is checked when it is known.

    Raises:
        InvalidRequest: No URL of `http` or `https`, or one with a user name or password.
        PermissionDenied: Its host is an address in disguise, or its port is of another service.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidRequest(f"Invalid address {url[:80]!r}") from None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable():
        raise InvalidRequest(
            f"Invalid address {url[:80]!r}: it must begin with https:// or http://"
        )
    if "@" in parts.netloc or "\\" in url:
        raise InvalidRequest("The address holds a user name, a password or a backslash")
    if port is not None and port < FIRST_USER_PORT and port not in WELL_KNOWN_PORTS:
        raise PermissionDenied(f"Port {port} is of another service than the web.")
    _check_host(host)


def _check_host(host: str) -> None:
    """Numbers that libraries read as addresses in other ways than they are commonly written."""
    if "%" in host:
        raise PermissionDenied(f"The host {host[:80]!r} is written in an unusual way.")
    labels = host.rstrip(".").split(".")
    if ":" not in host and _NUMBER.fullmatch(labels[-1]):
        try:
            IPv4Address(host)
        except ValueError:
            raise PermissionDenied(
                f"The host {host[:80]!r} is an address written in an unusual way."
            ) from None


def _embedded(address: Address) -> tuple[Address, ...]:
    """The IPv4 address that an IPv6 address leads to, if it is of such a kind."""
    if isinstance(address, IPv4Address):
        return ()
    number = int(address)
    if address in _6TO4:
        return (IPv4Address(number >> 80 & 0xFFFFFFFF),)
    inside = any(address in network for network in (_MAPPED, _TRANSLATED, _COMPATIBLE, _NAT64))
    if inside or number >> 32 & 0xFFFFFFFF in _ISATAP:
        return (IPv4Address(number & 0xFFFFFFFF),)
    return ()


def _is_public(address: Address) -> bool:
    if any(address in network for network in _REFUSED):
        return False
    if isinstance(address, IPv6Address) and _embedded(address):
        return True  # as far as what is embedded is public, which is looked at beside
    return address.is_global and not address.is_multicast and not address.is_reserved
