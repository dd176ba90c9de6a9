"""Assistants: what is accepted, what is stored, what is said otherwise."""

import pytest

from lodgepole.errors import AlreadyExists, InvalidRequest, NotFound, RateLimited
from lodgepole.limits import Limits
from lodgepole.model import AssistantStatus, OperationType


async def test_a_created_assistant_is_ready_and_found_by_name(house):
    created = await house.assistant("Docs-1", instructions="Be brief.", metadata={"team": ["a"]})
    assert created.status is AssistantStatus.READY
    assert await house.assistants.get("p", "Docs-1") == created
    assert (created.instructions, created.metadata) == ("Be brief.", {"team": ["a"]})
    assert created.region == "us"


async def test_nothing_said_is_none(house):
    created = await house.assistant(instructions="", metadata={})
    assert (created.instructions, created.metadata) == (None, None)


@pytest.mark.parametrize("name", ["a", "A", "a-b", "a" * 63, "0", "x--y"])
async def test_names_that_are_accepted(house, name):
    assert (await house.assistant(name)).name == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "a b", "a" * 64, "é", "a\n", "a/b"])
async def test_names_that_are_refused(house, name):
    with pytest.raises(InvalidRequest, match="Invalid assistant name"):
        await house.assistant(name)


async def test_a_name_is_taken_once_in_a_project(house):
    await house.assistant("docs")
    with pytest.raises(AlreadyExists):
        await house.assistant("docs")


async def test_an_unknown_region_is_refused(house):
    assert (await house.assistant("eu", region="eu")).region == "eu"
    with pytest.raises(InvalidRequest, match="Invalid region: Valid options are us, eu"):
        await house.assistant("x", region="asia")


async def test_metadata_and_instructions_have_a_most(house):
    fits = {"k": "x" * (16_384 - len('{"k":""}'))}
    await house.assistant("fits", metadata=fits, instructions="é" * 8192)
    with pytest.raises(InvalidRequest, match="Metadata exceeds maximum length of 16384 bytes"):
        await house.assistant("x", metadata={"k": fits["k"] + "x"})
    with pytest.raises(InvalidRequest, match="Instructions are 16385 bytes"):
        await house.assistant("x", instructions="x" * 16_385)


async def test_a_project_holds_so_many_and_no_more(make_house):
    house = make_house(limits=Limits(assistants_per_project=1))
    await house.assistant("a")
    with pytest.raises(RateLimited):
        await house.assistant("b")


async def test_an_unknown_assistant_is_not_found_by_its_name(house):
    with pytest.raises(NotFound) as refused:
        await house.assistants.get("p", "none")
    assert str(refused.value) == 'Assistant "none" not found.'
    await house.assistant("docs")
    with pytest.raises(NotFound):
        await house.assistants.get("other", "docs")


async def test_an_update_leaves_what_is_not_said_and_clears_what_is_empty(house):
    await house.assistant("docs", instructions="one", metadata={"k": 1})
    updated = await house.assistants.update("p", "docs", instructions="two", metadata=None)
    assert (updated.instructions, updated.metadata) == ("two", {"k": 1})
    assert updated.updated_at > updated.created_at
    updated = await house.assistants.update("p", "docs", instructions=None, metadata={})
    assert (updated.instructions, updated.metadata) == ("two", None)
    updated = await house.assistants.update("p", "docs", instructions="", metadata=None)
    assert updated.instructions is None
    assert await house.assistants.get("p", "docs") == updated


async def test_an_update_of_nothing_is_refused_after_the_name_was_looked_up(house):
    with pytest.raises(NotFound):
        await house.assistants.update("p", "none", instructions=None, metadata=None)
    await house.assistant("docs")
    with pytest.raises(InvalidRequest, match="No updates provided"):
        await house.assistants.update("p", "docs", instructions=None, metadata=None)


async def test_a_deleted_assistant_is_terminating_then_gone_and_its_name_free(house):
    await house.assistant("docs")
    await house.assistants.delete("p", "docs")
    dying = await house.assistants.get("p", "docs")
    assert dying.status is AssistantStatus.TERMINATING
    with pytest.raises(NotFound):
        await house.assistants.get_ready("p", "docs")
    await house.assistants.delete("p", "docs")
    await house.worker().drain()
    with pytest.raises(NotFound):
        await house.assistants.get("p", "docs")
    with pytest.raises(NotFound):
        await house.assistants.delete("p", "docs")
    assert (await house.assistant("docs")).id != dying.id


async def test_its_deletion_is_no_public_operation(house):
    assistant = await house.assistant("docs")
    await house.assistants.delete("p", "docs")
    listed = await house.operations.list(assistant, types=(), statuses=(), limit=10, after=None)
    assert listed.items == ()
    listed = await house.operations.list(
        assistant, types={OperationType.DELETE_ASSISTANT}, statuses=(), limit=10, after=None
    )
    assert listed.items == ()


async def test_assistants_are_listed_oldest_first(house):
    for name in ("b", "a", "c"):
        await house.assistant(name)
    page = await house.assistants.list("p", limit=2, after=None)
    rest = await house.assistants.list("p", limit=2, after=page.next)
    assert [a.name for a in page.items + rest.items] == ["b", "a", "c"]
