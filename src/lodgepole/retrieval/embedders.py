"""The configured embedder, and earlier ones whose vectors are still stored during a change."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from lodgepole.errors import LodgepoleError
from lodgepole.ports.embedder import Embedder, EmbedderIdentity

log = logging.getLogger(__name__)

FindFormer = Callable[[EmbedderIdentity], Awaitable[Embedder | None]]
"""Opens an embedder that is no longer configured; None when it cannot be had any more."""


async def _nowhere(_: EmbedderIdentity) -> Embedder | None:
    return None


class Embedders:
    """Finds the embedder of an identity; former ones are opened when they are first needed."""

    def __init__(self, configured: Embedder, find_former: FindFormer = _nowhere) -> None:
        self._configured = configured
        self._find_former = find_former
        self._former: dict[EmbedderIdentity, Embedder | None] = {}
        self._finding = asyncio.Lock()

    @property
    def configured(self) -> Embedder:
        return self._configured

    async def of(self, identity: EmbedderIdentity) -> Embedder | None:
        """The embedder whose vectors can be compared with those of `identity`, or None."""
        if identity == self._configured.identity:
            return self._configured
        async with self._finding:
            if identity not in self._former:
                self._former[identity] = await self._found(identity)
        return self._former[identity]

    async def _found(self, identity: EmbedderIdentity) -> Embedder | None:
        reason = "nothing that is configured makes such vectors"
        try:
            former = await self._find_former(identity)
        except LodgepoleError as error:
            former, reason = None, str(error)
        if former is None or former.identity != identity:
            log.warning(
                "The embedder %s (%s) cannot be had; what it embedded is found by words alone "
                "until it is embedded anew: %s",
                identity.model,
                identity.engine,
                reason,
            )
            return None
        return former
