from dataclasses import FrozenInstanceError

import pytest
from fastapi import FastAPI, Request

from lodgepole.access.rate_limits import RequestRates
from lodgepole.api.downloads import DownloadSlots
from lodgepole.api.multipart import UploadSpool
from lodgepole.api.state import ApplicationState, keep, state_of
from lodgepole.services import GrantedServices


async def test_every_request_sees_the_state_of_its_application_and_none_can_change_it(house):
    state = ApplicationState(
        services=house.services,
        granted=GrantedServices(house.services),
        rates=RequestRates(house.services.rate_limit_buckets, house.services.limits),
        spool=UploadSpool(None, most=1),
        downloads=DownloadSlots(most=1, most_of_one=1),
        public_url=None,
        ready=lambda: True,
        incomplete=lambda: 0,
        observing=None,
    )
    app = FastAPI()
    keep(app, state)
    assert state_of(Request({"type": "http", "app": app})) is state
    with pytest.raises(FrozenInstanceError):
        state.public_url = "https://elsewhere.example"
