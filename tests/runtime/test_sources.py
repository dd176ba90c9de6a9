from pathlib import Path

import pytest
from tests.sources.conftest import Desk

from lodgepole.errors import PermissionDenied
from lodgepole.ports.source_store import SourceKind
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.sources import origins


async def test_no_folder_is_read_unless_the_operator_names_roots(house):
    desk = Desk(house, await house.assistant())
    source = await desk.add(url="/srv/documents")
    with pytest.raises(PermissionDenied):
        origins(Settings())[SourceKind.FOLDER].check(source)
    allowed = Settings(source_roots=(Path("/srv"),))
    origins(allowed)[SourceKind.FOLDER].check(source)
