from contextlib import AsyncExitStack

import pytest

from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.webhooks import open_webhook_sender


async def test_private_networks_are_reached_where_the_operator_allows_them():
    async with AsyncExitStack() as stack:
        with pytest.raises(PermissionDenied):
            open_webhook_sender(Settings(), stack).check("http://10.1.2.3/")
        allowed = Settings(webhook_networks=("10.1.0.0/16",))
        open_webhook_sender(allowed, stack).check("http://10.1.2.3/")


async def test_a_network_that_is_none_is_said_to_be_so():
    async with AsyncExitStack() as stack:
        with pytest.raises(InvalidRequest, match="everywhere"):
            open_webhook_sender(Settings(webhook_networks=("everywhere",)), stack)
