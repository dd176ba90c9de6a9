"""Grants at the ports: what is hidden is not there, what changes it is refused."""

from datetime import UTC, datetime

import pytest

from lodgepole.access.grants import (
    ASSISTANTS,
    Granted,
    GrantedCatalog,
    GrantedHistory,
    GrantedIntake,
    check_grant,
)
from lodgepole.adapters.memory.catalog import MemoryCatalog
from lodgepole.adapters.memory.clock import MemoryClock
from lodgepole.adapters.memory.database import MemoryDatabase
from lodgepole.adapters.memory.operation_log import MemoryOperationLog
from lodgepole.errors import InvalidRequest, PermissionDenied
from lodgepole.limits import Limits
from lodgepole.model import (
    Assistant,
    AssistantStatus,
    File,
    FileKind,
    FileStatus,
    Grant,
    Operation,
    OperationStatus,
    OperationType,
    Role,
    Upload,
)

NOW = datetime(2026, 5, 3, tzinfo=UTC)
TEAM = {"team": "legal"}


def assistant(name):
    return Assistant(
        id=name,
        project_id="p",
        name=name,
        status=AssistantStatus.READY,
        instructions=None,
        metadata=None,
        region="us",
        created_at=NOW,
        updated_at=NOW,
    )


def upload(metadata):
    return Upload(
        name="a.txt",
        kind=FileKind.TEXT,
        size=3,
        sha256="0" * 64,
        crc32c="0" * 8,
        metadata=metadata,
        multimodal=False,
    )


def operation(number, metadata, *, type_=OperationType.UPLOAD_FILE):
    return Operation(
        id=f"o{number}",
        assistant_id="a",
        type=type_,
        status=OperationStatus.PROCESSING,
        created_at=NOW,
        file_id=f"f{number}",
        generation=1,
        upload=None if type_ is OperationType.DELETE_FILE else upload(metadata),
    )


def file(number, metadata):
    return File(
        id=f"f{number}",
        assistant_id="a",
        upload=upload(metadata),
        status=FileStatus.PROCESSING,
        created_at=NOW,
        updated_at=NOW,
        generation=1,
    )


@pytest.fixture
async def ports():
    """Assistants `a` and `b`; in `a` a file of the team, and one of nobody."""
    database = MemoryDatabase()
    catalog, log = MemoryCatalog(database), MemoryOperationLog(database, MemoryClock())
    for name in ("a", "b"):
        await catalog.add_assistant(assistant(name))
    await log.append(operation(1, TEAM), file=file(1, TEAM))
    await log.append(operation(2, None), file=file(2, None))
    return catalog, log


def granted(**grant):
    return Granted(Grant(**grant), Limits())


@pytest.mark.parametrize("role", [Role.ALL, Role.CONTROL_READ, Role.CONTROL_WRITE])
def test_roles_that_change_what_a_grant_is_about_have_none(role):
    with pytest.raises(InvalidRequest, match="data_read"):
        check_grant(Grant(filter=TEAM), role, Limits())


def test_a_grant_has_a_bounded_number_of_assistants():
    names = frozenset(f"a{number}" for number in range(ASSISTANTS + 1))
    for wrong in (frozenset[str](), names):
        with pytest.raises(InvalidRequest, match="100 assistants"):
            check_grant(Grant(assistants=wrong), Role.DATA_READ, Limits())
    check_grant(Grant(assistants=frozenset({"a"})), Role.DATA_WRITE, Limits())


async def test_assistants_beside_the_grant_are_not_there(ports):
    catalog = GrantedCatalog(ports[0], granted(assistants=frozenset({"a"})))
    assert await catalog.find_assistant("p", "b") is None
    page = await catalog.list_assistants("p", limit=10, after=None)
    assert [found.name for found in page.items] == ["a"]


async def test_files_that_the_filter_does_not_match_are_not_there(ports):
    catalog = GrantedCatalog(ports[0], granted(filter=TEAM))
    assert await catalog.find_file("a", "f1") is not None
    assert await catalog.find_file("a", "f2") is None
    listed = await catalog.list_files("a", limit=10, after=None)
    assert [found.id for found in listed.items] == ["f1"]
    listed = await catalog.list_files("a", limit=10, after=None, matching=lambda _: False)
    assert listed.items == ()
    assert await catalog.files_by_status("a") == {}, "no file can be searched yet"


async def test_what_is_about_the_project_is_refused(ports):
    catalog = GrantedCatalog(ports[0], granted(assistants=frozenset({"a"})))
    for refused in (
        catalog.list_keys("p"),
        catalog.find_key("hash"),
        catalog.remove_key("p", "k"),
        catalog.add_assistant(assistant("c")),
        catalog.count_assistants("p"),
        catalog.files_by_id("p", "f1"),
    ):
        with pytest.raises(PermissionDenied):
            await refused


async def test_operations_on_hidden_files_are_not_there(ports):
    catalog, log = ports
    history = GrantedHistory(log, catalog, granted(filter=TEAM))
    page = await history.list("a", types=set(), statuses=set(), limit=10, after=None)
    assert [found.id for found in page.items] == ["o1"]
    assert await history.find("a", "o2") is None
    everything = GrantedHistory(log, catalog, granted(assistants=frozenset({"a"})))
    assert await everything.find("a", "o2") is not None


async def test_pages_of_operations_do_not_tell_how_many_are_hidden(ports):
    catalog, log = ports
    for number in range(3, 8):
        await log.append(operation(number, None), file=file(number, None))
    await log.append(operation(8, TEAM), file=file(8, TEAM))
    history = GrantedHistory(log, catalog, granted(filter=TEAM))
    pages, after = [], None
    while True:
        page = await history.list("a", types=set(), statuses=set(), limit=1, after=after)
        pages.append([found.id for found in page.items])
        after = page.next
        if after is None:
            break
    assert pages == [["o8"], ["o1"]]


async def test_nothing_hidden_is_taken_in_replaced_or_removed(ports):
    catalog, log = ports
    intake = GrantedIntake(log, catalog, granted(filter=TEAM))
    for refused in (
        operation(3, None),
        operation(2, TEAM, type_=OperationType.UPSERT_FILE),
        operation(2, None, type_=OperationType.DELETE_FILE),
        operation(9, None, type_=OperationType.DELETE_ASSISTANT),
    ):
        with pytest.raises(PermissionDenied):
            await intake.append(refused)
    await intake.append(operation(3, TEAM), file=file(3, TEAM))
    assert await catalog.find_file("a", "f3") is not None


def test_the_roles_that_a_bound_key_may_have_are_named_as_they_are_written():
    with pytest.raises(InvalidRequest, match="`data_read` or `data_write`, not `all`"):
        check_grant(Grant(assistants=frozenset({"a"})), Role.ALL, Limits())
