"""API keys: made once, known by their hash, refused once revoked."""

from datetime import timedelta

import pytest

from lodgepole.access.api_keys import CACHED_FOR
from lodgepole.errors import InvalidRequest, NotFound, Unauthenticated
from lodgepole.model import Role


async def test_a_made_key_is_accepted_and_its_secret_stored_nowhere(house):
    secret, key = await house.keys.create("p", name="ci", role=Role.DATA_READ)
    assert await house.keys.authenticate(secret) == key
    assert (key.project_id, key.role, key.name) == ("p", Role.DATA_READ, "ci")
    assert secret not in repr(house.database)
    assert len(secret) > 40


@pytest.mark.parametrize("secret", [None, "", "x", "lp_"])
async def test_no_key_or_an_unknown_one_is_refused_in_the_words_of_the_api(house, secret):
    with pytest.raises(Unauthenticated) as refused:
        await house.keys.authenticate(secret)
    assert str(refused.value) == "Invalid API key."


async def test_seeding_a_secret_again_changes_nothing(house):
    first = await house.keys.seed("chosen")
    assert await house.keys.seed("chosen") == first
    assert (await house.keys.authenticate("chosen")).role is Role.ALL
    assert list(await house.keys.list("default")) == [first]


async def test_a_revoked_key_is_refused_at_once(house):
    keys = house.keys
    secret, key = await keys.create("p", name="ci", role=Role.ALL)
    await keys.authenticate(secret)
    await keys.revoke("p", key.id)
    with pytest.raises(Unauthenticated):
        await keys.authenticate(secret)
    with pytest.raises(NotFound):
        await keys.revoke("p", key.id)


async def test_a_key_that_is_revoked_while_it_is_looked_up_is_not_remembered(house):
    keys = house.keys
    secret, key = await keys.create("p", name="ci", role=Role.ALL)
    find = house.catalog.find_key

    async def revoked_after_the_look_up(hash_):
        found = await find(hash_)
        await keys.revoke("p", key.id)
        return found

    house.catalog.find_key = revoked_after_the_look_up
    assert await keys.authenticate(secret) == key
    house.catalog.find_key = find
    with pytest.raises(Unauthenticated):
        await keys.authenticate(secret)


async def test_a_clock_that_is_set_back_does_not_keep_a_revoked_key(house):
    here, elsewhere = house.keys, house.keys
    secret, key = await here.create("p", name="ci", role=Role.ALL)
    await here.authenticate(secret)
    await elsewhere.revoke("p", key.id)
    house.clock.advance(-timedelta(days=1))
    with pytest.raises(Unauthenticated):
        await here.authenticate(secret)


async def test_a_key_revoked_elsewhere_is_refused_before_long(house):
    here, elsewhere = house.keys, house.keys
    secret, key = await here.create("p", name="ci", role=Role.ALL)
    await here.authenticate(secret)
    await elsewhere.revoke("p", key.id)
    house.clock.advance(CACHED_FOR)
    with pytest.raises(Unauthenticated):
        await here.authenticate(secret)


async def test_a_secret_that_the_operator_changes_replaces_the_one_before(house):
    for secret in ("the-first-one", "the-second-one"):
        await house.keys.seed(secret, besides="made-at-the-start")
    assert await house.keys.authenticate("the-second-one")
    with pytest.raises(Unauthenticated):
        await house.keys.authenticate("the-first-one")
    await house.keys.seed("made-at-the-start")
    await house.keys.seed("the-third-one", besides="made-at-the-start")
    assert await house.keys.authenticate("made-at-the-start")


async def test_no_other_key_takes_the_name_of_the_seeded_one(house):
    with pytest.raises(InvalidRequest, match="may be named"):
        await house.keys.create("default", name="seeded by the operator", role=Role.ALL)
