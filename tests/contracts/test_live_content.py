"""What every LiveContent does."""

from lodgepole.model import FileVersion, OperationType

DELETE = OperationType.DELETE_FILE


async def test_a_deletion_under_way_keeps_no_version_alive(ready):
    await ready.publish("o1")
    deletion = await ready.intake.reserve_generation("a1")
    await ready.intake.append(ready.operation("o2", type_=DELETE, generation=deletion))
    assert FileVersion("f1", deletion) not in await ready.live.live_versions("a1")


async def test_live_versions_are_the_published_ones_and_those_being_made(ready):
    await ready.publish("o1", file_id="f1")
    await ready.publish("o2", file_id="f2")
    generation = await ready.upsert("o3", "f1")
    assert set(await ready.live.live_versions("a1")) == {
        FileVersion("f1", 1),
        FileVersion("f1", generation),
        FileVersion("f2", 1),
    }
    await ready.queue.complete(await ready.claim())
    assert FileVersion("f1", 1) not in await ready.live.live_versions("a1")
    assert set(await ready.live.live_assistants()) == {"a1", "a2"}
    assert await ready.live.assistant_count() == 2
