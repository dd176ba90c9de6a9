import pytest
from tests.wire.requirements import requirement

from lodgepole.api.versions import Family, wire_version


@pytest.mark.parametrize("header", [None, "", "  ", "2024-07", "2025-01", "2025-04", "2025-10"])
@requirement("version.none", "version.legacy")
def test_versions_through_2025_10_and_no_header_are_legacy(header: str | None):
    version = wire_version(header)
    assert version.family is Family.LEGACY
    assert not version.takes_heartbeats


@pytest.mark.parametrize("header", ["2026-04", "2026-07", " 2026-07 ", "2031-01", "unstable"])
@requirement("version.new", "version.unknown")
def test_later_and_unknown_versions_are_new_and_take_heartbeats(header: str):
    version = wire_version(header)
    assert version.family is Family.NEW
    assert version.takes_heartbeats


@requirement("version.new", "stream.heartbeat")
def test_the_alpha_of_2026_is_new_but_takes_no_heartbeats():
    version = wire_version("2026-01.alpha")
    assert version.is_new
    assert not version.takes_heartbeats
