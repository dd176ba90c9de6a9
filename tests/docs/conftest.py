"""The live server of the wire tests, for what the documentation tells people to type."""

from tests.wire.conftest import server

__all__ = ["server"]
