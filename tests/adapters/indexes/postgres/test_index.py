"""What the contract suite cannot see of the index on PostgreSQL."""

import asyncio
import contextlib
import random
from dataclasses import replace

import numpy as np
import psycopg
import pytest
from tests.support.index_files import FIRST, SECOND, THIRD, file_of, random_file, unit_vectors

from lodgepole.adapters.indexes.postgres import Connections, PostgresIndex
from lodgepole.adapters.indexes.postgres.codes import Codes
from lodgepole.adapters.indexes.postgres.connections import CONNECTIONS
from lodgepole.adapters.indexes.postgres.views import Views
from lodgepole.adapters.indexes.quantization import pack_bits
from lodgepole.adapters.memory.index import MemoryIndex
from lodgepole.errors import Conflict, Unavailable
from lodgepole.model import FileVersion, PassageKey
from lodgepole.ports.index import IndexQuery

pytestmark = pytest.mark.database

ONE, TWO, THREE = (FileVersion(name, 1) for name in ("one", "two", "three"))


@pytest.fixture
async def open_index(migrated_database_url):
    """Opens an index as another process would have it."""
    opened = []

    def make(url=migrated_database_url, *, limit=CONNECTIONS, seconds=30.0, lock=10.0, **values):
        times = {"wait_seconds": seconds, "read_seconds": seconds, "write_seconds": seconds}
        times["lock_seconds"] = lock
        index = PostgresIndex(Connections(url, limit=limit, **times), **values)
        opened.append(index)
        return index

    yield make
    for index in opened:
        await index.close()


def asking(*versions, words="", vector=None, **values):
    return IndexQuery(versions=frozenset(versions), words=words.split(), vector=vector, **values)


async def found(index, words, *versions):
    rankings = await index.search("a", asking(*versions, words=words))
    return [hit.key.version for hit in rankings.words]


def rows(url, table):
    with psycopg.connect(url) as connection:
        count = f"SELECT count(*) FROM {table}"  # noqa: S608  our own names
        return connection.execute(count.encode()).fetchone()[0]


TABLES = ("assistants", "files", "codes", "passages", "vectors", "words")


def stored(url):
    return {table: rows(url, f"index_{table}") for table in TABLES}


# --- several processes ------------------------------------------------------------------------


async def test_what_one_process_changes_the_others_find_at_once(open_index):
    one, other = open_index(), open_index()
    await one.add("a", file_of(ONE, "apple"))
    assert await found(other, "apple", ONE, TWO) == [ONE]
    await one.add("a", file_of(TWO, "apple"))
    assert await found(other, "apple", ONE, TWO) == [ONE, TWO]
    await other.remove("a", [ONE])
    assert await found(one, "apple", ONE, TWO) == [TWO]
    await one.drop("a")
    assert await found(other, "apple", ONE, TWO) == []
    await one.add("a", file_of(ONE, "apple pear"))
    assert await found(other, "pear", ONE, TWO) == [ONE]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("exact_below", [0, 10_000])
async def test_any_changes_by_two_processes_rank_like_the_reference(open_index, seed, exact_below):
    choose = random.Random(seed)  # noqa: S311  no secret
    pair = [open_index(exact_below=exact_below) for _ in range(2)]
    reference = MemoryIndex()
    versions = [FileVersion(name, number) for name in "pqrs" for number in (1, 2)]
    embedders = [FIRST, FIRST, FIRST, SECOND, THIRD]
    for step in range(30):
        index, version = choose.choice(pair), choose.choice(versions)
        embedder = choose.choice(embedders)
        match choose.choice(["add", "add", "add", "remove", "set_aside", "switch", "drop"]):
            case "add":
                file = random_file(version, seed * 1000 + step, embedder)
                await index.add("a", file)
                await reference.add("a", file)
            case "remove":
                gone = choose.sample(versions, 2)
                await index.remove("a", gone)
                await reference.remove("a", gone)
            case "set_aside":
                # All that lack it, as the background does, or one of them.
                lacking = await reference.lacking("a", embedder)
                assert await index.lacking("a", embedder) == lacking
                for name, count in list(lacking.items())[: choose.choice([1, 9])]:
                    vectors = unit_vectors(count, embedder.dimension, step)
                    await index.set_aside("a", name, embedder, vectors)
                    await reference.set_aside("a", name, embedder, vectors)
            case "switch":
                switched = await reference.switch("a", embedder)
                assert await index.switch("a", embedder) == switched
            case "drop" if choose.random() < 0.3:
                await index.drop("a")
                await reference.drop("a")
        await compared(choose.choice(pair), reference, choose, versions, step)


async def compared(index, reference, choose, versions, step):
    assert await index.versions("a") == await reference.versions("a")
    assert await index.languages("a") == await reference.languages("a")
    embedder = await reference.embedder("a")
    assert await index.embedder("a") == embedder
    for other in (FIRST, SECOND, THIRD):
        assert await index.unlike(other) == await reference.unlike(other)
    query = asking(
        *choose.sample(versions, choose.randint(1, len(versions))),
        words=" ".join(choose.choices(["w1", "w2", "w3", "w9", "nowhere"], k=3)),
        vector=unit_vectors(1, embedder.dimension if embedder else 8, step)[0],
        limit=choose.choice([3, 200]),
    )
    ours, theirs = await index.search("a", query), await reference.search("a", query)
    assert ours.embedder == theirs.embedder
    for kind in ("dense", "words", "file_body", "file_lead"):
        mine, right = list(getattr(ours, kind)), list(getattr(theirs, kind))
        assert [score for _, score in mine] == pytest.approx(
            [score for _, score in right], rel=1e-4, abs=1e-4
        ), kind
        assert {key for key, _ in mine[:1]} <= {
            key for key, score in right if score >= right[0][1] - 1e-4
        }


async def test_changes_of_one_assistant_by_many_come_one_after_the_other(
    open_index, migrated_database_url
):
    several = [open_index(limit=2) for _ in range(4)]
    versions = [FileVersion(f"f{i}", 1) for i in range(12)]
    await asyncio.gather(
        *(
            several[i % 4].add(
                "a", file_of(version, f"apple w{i}", embedder=(FIRST, SECOND)[i % 2])
            )
            for i, version in enumerate(versions)
        )
    )
    assert await several[0].versions("a") == set(versions)
    assert sorted(await found(several[1], "apple", *versions)) == sorted(versions)
    searched = await several[2].embedder("a")
    lacking = await several[3].lacking("a", searched)
    assert len(lacking) == 6
    await asyncio.gather(*(several[i % 4].remove("a", [v]) for i, v in enumerate(versions)))
    assert stored(migrated_database_url) == dict.fromkeys(TABLES, 0)


# --- nothing is left, nothing half ------------------------------------------------------------


async def test_nothing_is_left_of_what_is_removed(open_index, migrated_database_url):
    index = open_index()
    await index.add("a", file_of(ONE, "apple", "pear", lead="plum"))
    before = stored(migrated_database_url)
    await index.add("a", file_of(TWO, "plum pie"))
    await index.remove("a", [TWO])
    assert stored(migrated_database_url) == before
    await index.drop("a")
    assert stored(migrated_database_url) == dict.fromkeys(TABLES, 0)


async def test_a_file_that_fails_half_way_leaves_what_was_there(open_index):
    index = open_index(limit=1)
    await index.add("a", file_of(ONE, "apple"))
    broken = file_of(ONE, "pear", "plum")
    broken = replace(broken, vectors=np.full((2, 2, 2), 1.0, np.float32))
    with pytest.raises(Exception):  # noqa: B017  whatever numpy or the driver says
        await index.add("a", broken)
    assert await found(index, "apple pear", ONE) == [ONE]
    assert (await index.passages("a", [PassageKey(ONE, 0)]))[PassageKey(ONE, 0)].text == "apple"


async def test_a_cancelled_change_leaves_what_was_there(open_index):
    index = open_index(limit=1)
    await index.add("a", file_of(ONE, "apple"))
    for _ in range(5):
        task = asyncio.create_task(index.add("a", file_of(ONE, *["pear"] * 500)))
        await asyncio.sleep(0)
        await asyncio.wait([task], timeout=0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    texts = [p.text for p in (await index.passages("a", [PassageKey(ONE, 0)])).values()]
    assert texts in (["apple"], ["pear"])
    assert await found(index, texts[0], ONE)


# --- the database does not answer -------------------------------------------------------------


async def test_no_database_is_unavailable_without_saying_how_it_is_reached(open_index):
    index = open_index("postgresql://me:hidden@127.0.0.1:1/nowhere")
    with pytest.raises(Unavailable) as caught:
        await index.versions("a")
    assert "hidden" not in str(caught.value)


async def test_a_database_without_the_tables_says_what_to_do(database_url, open_index):
    with pytest.raises(Unavailable, match="start a server of this release"):
        await open_index(database_url).versions("a")


async def test_a_statement_has_a_time_limit(migrated_database_url, open_index):
    index = open_index(seconds=0.2)
    await index.add("a", file_of(ONE, "apple"))
    with psycopg.connect(migrated_database_url) as holding:
        holding.execute("SELECT FROM index_assistants FOR UPDATE")
        with pytest.raises(Unavailable, match="too long"):
            await index.add("a", file_of(TWO, "apple"))
        assert await found(index, "apple", ONE, TWO) == [ONE]
    await index.add("a", file_of(TWO, "apple"))


async def test_a_process_that_stopped_in_the_midst_of_a_change_keeps_nobody_waiting(
    migrated_database_url, open_index
):
    index = open_index(lock=0.2)
    await index.add("a", file_of(ONE, "apple"))
    with (
        psycopg.connect(migrated_database_url) as stopped,
        contextlib.suppress(psycopg.OperationalError),
        stopped.cursor() as cursor,
    ):
        cursor.execute("SELECT FROM index_assistants FOR UPDATE")
        with cursor.copy("COPY index_words FROM STDIN (FORMAT BINARY)") as sink:
            sink.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            await index.add("a", file_of(TWO, "apple"))
    assert await found(index, "apple", ONE, TWO) == [ONE, TWO]


async def test_connections_are_bounded_and_the_wait_for_one_too(migrated_database_url, open_index):
    index = open_index(limit=1, seconds=0.3)
    await index.add("a", file_of(ONE, "apple"))
    with psycopg.connect(migrated_database_url) as holding:
        holding.execute("LOCK index_files")
        outcomes = await asyncio.gather(
            *(index.versions("a") for _ in range(4)), return_exceptions=True
        )
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert await index.versions("a") == {ONE}


async def test_a_restarted_database_is_found_again():
    from sqlalchemy import create_engine
    from tests.support.postgres_server import PostgresServer

    from lodgepole.adapters.databases.sql.database import migrate

    server = PostgresServer()
    index = PostgresIndex(Connections(server.url()))
    try:
        engine = create_engine(server.url().replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        await index.add("a", file_of(ONE, "apple"))
        assert await asyncio.gather(*(found(index, "apple", ONE) for _ in range(4))) == [[ONE]] * 4
        server.stop()
        with pytest.raises(Unavailable):
            await index.versions("a")
        server.start()
        assert await found(index, "apple", ONE) == [ONE]
        server.stop()
        server.start()  # nobody asked meanwhile: every connection is dead and none is known to be
        assert await found(index, "apple", ONE) == [ONE]
    finally:
        await index.close()
        server.close()


async def test_pgbouncer_may_stand_before_the_database(migrated_database_url, open_index):
    from tests.support.postgres_server import pgbouncer

    with pgbouncer(migrated_database_url) as url:
        if url is None:
            pytest.skip("scripts/release/setup_system.sh installs pgbouncer")
        index = open_index(url, exact_below=0)
        versions = [FileVersion(f"f{i}", 1) for i in range(8)]
        for version in versions:
            await index.add("a", file_of(version, "apple pear", "plum"))
        # More at once than it has connections, so that sessions change hands.
        vector = unit_vectors(1, FIRST.dimension, 0)[0]
        asked = [asking(*versions, words="apple", vector=vector) for _ in range(24)]
        for rankings in await asyncio.gather(*(index.search("a", query) for query in asked)):
            assert len(rankings.words) == 8
            assert len(rankings.dense) == 16
        await index.close()


# --- many passages ----------------------------------------------------------------------------


async def test_codes_lead_to_the_nearest_vectors(open_index):
    files = [random_file(FileVersion(f"f{i}", 1), i, FIRST, passages=400) for i in range(5)]
    by_codes, by_vectors = open_index(exact_below=0), open_index(exact_below=10_000)
    for file in files:
        await by_codes.add("a", file)
    versions = [file.version for file in files]
    for some in (versions, versions[1:3]):
        shares = []
        for seed in range(10):
            near = files[seed % 5].vectors[seed] + 0.3 * unit_vectors(1, FIRST.dimension, seed)[0]
            query = asking(*some, vector=near / np.linalg.norm(near), limit=16)
            likely = (await by_codes.search("a", query)).dense
            exact = (await by_vectors.search("a", query)).dense
            shares.append(len({h.key for h in likely} & {h.key for h in exact}) / 16)
        assert np.mean(shares) > 0.9  # of vectors that have no neighbours, the hardest kind


async def test_the_commonest_words_are_left_out_where_there_is_too_much_to_read(open_index):
    index = open_index(read_rows=12)
    versions = [FileVersion(f"f{i}", 1) for i in range(10)]
    for i, version in enumerate(versions):
        await index.add("a", file_of(version, "the apple" if i == 3 else "the"))
    assert await found(index, "the apple", *versions) == [versions[3], *versions[:3], *versions[4:]]
    tight = open_index(read_rows=5)
    assert await found(tight, "the apple", *versions) == [versions[3]]
    assert len(await found(tight, "the", *versions)) == 10  # one is always read


async def test_a_vector_of_another_length_is_refused(open_index):
    index = open_index()
    await index.add("a", file_of(ONE, "apple"))
    with pytest.raises(Conflict, match="5 dimensions"):
        await index.search("a", asking(ONE, vector=np.ones(5, np.float32)))


# --- parts ------------------------------------------------------------------------------------


def test_codes_keep_what_stays_and_take_what_came():
    def codes_of(*numbers):
        parts = [(n, pack_bits(unit_vectors(n, 96, n))) for n in numbers]
        return Codes.of(96, parts)

    changed = codes_of(2, 3, 5).changed(np.array([2, 5, 7]), codes_of(7))
    wanted = codes_of(2, 5, 7)
    for part in ("numbers", "starts", "bits"):
        assert np.array_equal(getattr(changed, part), getattr(wanted, part)), part


async def test_views_are_forgotten_beyond_their_limit(migrated_database_url, open_index):
    index = open_index()
    for name in ("a", "b", "c"):
        await index.add(name, file_of(ONE, "apple"))
    views = Views(limit_bytes=900)
    connections = Connections(migrated_database_url)
    for name in ("a", "b", "c"):
        await connections.read(lambda c, name=name: views.current(c, name))
    assert list(views._known) == ["b", "c"]
    await connections.close()
