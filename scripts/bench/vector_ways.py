"""Compare ways to find the nearest vectors in PostgreSQL: why the index does it as it does.

    python scripts/bench/vector_ways.py [--size 100000] [--probes 30]

Vectors are those of `scale.py`, of one assistant. Each way is timed alone, with its recall
among the best 16 of all, for all files and for 1 % and half of them.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable

import numpy as np
import psycopg
from indexes import database
from scale import World, embedded

from lodgepole.adapters.indexes.postgres.codes import Codes
from lodgepole.adapters.indexes.postgres.connections import Connection
from lodgepole.adapters.indexes.postgres.copying import copy, halfvecs, int4
from lodgepole.adapters.indexes.quantization import pack_bits

PASSAGES, DIMENSION, NEAREST = 250, 384, 400
TABLES = """
CREATE TABLE vectors (file int, ordinal int, vector halfvec(384), PRIMARY KEY (file, ordinal));
CREATE TABLE bits (file int, ordinal int, code bit(384), PRIMARY KEY (file, ordinal));
CREATE TABLE packed (file int PRIMARY KEY, codes bytea);
ALTER TABLE packed ALTER codes SET STORAGE EXTERNAL
"""
EXACT = """SELECT file, ordinal FROM vectors WHERE file IN (SELECT unnest(%(files)s::int[]))
    ORDER BY vector <=> %(vector)s::halfvec LIMIT 200"""
BITS = """WITH likely AS MATERIALIZED (
    SELECT file, ordinal FROM bits WHERE file IN (SELECT unnest(%(files)s::int[]))
    ORDER BY code <~> %(code)s::bit(384) LIMIT 400
) SELECT file, ordinal FROM likely JOIN vectors USING (file, ordinal)
    ORDER BY vector <=> %(vector)s::halfvec LIMIT 200"""
THESE = """SELECT file, ordinal
    FROM unnest(%(files)s::int[], %(ordinals)s::int[]) AS likely (file, ordinal)
    JOIN vectors USING (file, ordinal) ORDER BY vector <=> %(vector)s::halfvec LIMIT 200"""
Found = list[tuple[int, int]]
Way = Callable[[np.ndarray, list[int]], Awaitable[Found]]


async def filled(connection: Connection, world: World, files: int) -> np.ndarray:
    random = np.random.default_rng(3)
    vectors = world.vectors(random, files * PASSAGES)
    await connection.execute(TABLES.encode())
    keys = [(int4(n // PASSAGES), int4(n % PASSAGES)) for n in range(len(vectors))]
    rows = ((*key, vector) for key, vector in zip(keys, halfvecs(vectors), strict=True))
    await copy(connection, "vectors", ("file", "ordinal", "vector"), rows)
    codes = [int4(DIMENSION) + pack_bits(row[None, :]) for row in vectors]
    rows = ((*key, code) for key, code in zip(keys, codes, strict=True))
    await copy(connection, "bits", ("file", "ordinal", "code"), rows)
    for file in range(files):
        part = pack_bits(vectors[file * PASSAGES : (file + 1) * PASSAGES])
        await connection.execute(b"INSERT INTO packed VALUES (%s, %b)", (file, part))
    await connection.execute(b"VACUUM ANALYZE")
    return vectors


def ways(connection: Connection) -> dict[str, Way]:
    async def asked(query: str, vector: np.ndarray, **values: object) -> Found:
        written = "[" + ",".join(f"{number:.6g}" for number in vector.tolist()) + "]"
        code = "".join("1" if number > 0 else "0" for number in vector)
        cursor = connection.cursor(binary=True)
        parameters = {"vector": written, "code": code, **values}
        return await (await cursor.execute(query.encode(), parameters)).fetchall()  # type: ignore[return-value]

    async def every(vector: np.ndarray, files: list[int]) -> Found:
        return await asked(EXACT, vector, files=files)

    async def bits(vector: np.ndarray, files: list[int]) -> Found:
        return await asked(BITS, vector, files=files)

    async def read() -> Codes:
        cursor = connection.cursor(binary=True)
        await cursor.execute(b"SELECT file, codes FROM packed ORDER BY file")
        return Codes.of(DIMENSION, await cursor.fetchall())

    async def by(codes: Codes, vector: np.ndarray, files: list[int]) -> Found:
        some, ordinals = codes.nearest(vector, np.array(files), NEAREST)
        return await asked(THESE, vector, files=some.tolist(), ordinals=ordinals.tolist())

    async def packed(vector: np.ndarray, files: list[int]) -> Found:
        return await by(await read(), vector, files)

    remembered: list[Codes] = []

    async def cached(vector: np.ndarray, files: list[int]) -> Found:
        if not remembered:
            remembered.append(await read())
        return await by(remembered[0], vector, files)

    return {
        "every vector": every, "bits in the database": bits,
        "packed codes, read each time": packed, "packed codes, remembered": cached,
    }  # fmt: skip


async def timed(name: str, way: Way, probes: np.ndarray, vectors: np.ndarray) -> None:
    count = len(vectors) // PASSAGES
    for share in (1.0, 0.5, 0.01):
        files = list(range(0, count, round(1 / share)))
        allowed = vectors.reshape(count, PASSAGES, -1)[files].reshape(-1, DIMENSION)
        times, shares = [], []
        for probe in probes:
            start = time.perf_counter()
            found = await way(probe, files)
            times.append((time.perf_counter() - start) * 1000)
            best = np.argsort(-(allowed @ probe), kind="stable")[:16]
            wanted = {(files[n // PASSAGES], n % PASSAGES) for n in best.tolist()}
            shares.append(len(wanted & set(found[:16])) / 16)
        middle, high = np.percentile(times, (50, 95))
        print(f"{name:<30} {share:>4.0%} of the files  p50 {middle:6.1f}  p95 {high:6.1f} ms"
              f"  recall@16 {np.mean(shares):.4f}")  # fmt: skip


async def measure(url: str, size: int, probes: int) -> None:
    base, others = await embedded()
    world = World(PASSAGES, base, others)
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None)
    vectors = await filled(connection, world, size // PASSAGES)
    print(f"\n{len(vectors)} vectors of {DIMENSION} dimensions")
    for name, way in ways(connection).items():
        await timed(name, way, others[:probes], vectors)
    start = time.perf_counter()
    await connection.execute(b"SET maintenance_work_mem = '512MB'")
    await connection.execute(
        b"CREATE INDEX graph ON vectors USING hnsw (vector halfvec_cosine_ops)"
    )
    built = time.perf_counter() - start
    row = await (await connection.execute(b"SELECT pg_relation_size('graph')")).fetchone()
    assert row is not None
    print(f"HNSW: built in {built:.0f} s, {row[0] / 1e6:.0f} MB")
    added = world.vectors(np.random.default_rng(4), PASSAGES)
    rows = ((int4(-1), int4(n), vector) for n, vector in enumerate(halfvecs(added)))
    start = time.perf_counter()
    await copy(connection, "vectors", ("file", "ordinal", "vector"), rows)
    took = (time.perf_counter() - start) * 1000
    print(f"HNSW: a file of {PASSAGES} passages added in {took:.0f} ms")
    await connection.execute(b"SET hnsw.iterative_scan = strict_order")
    for width in (200, 400):
        await connection.execute(f"SET hnsw.ef_search = {width}".encode())
        await timed(f"HNSW, ef_search {width}", ways(connection)["every vector"],
                    others[:probes], vectors)  # fmt: skip
    await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--probes", type=int, default=30)
    arguments = parser.parse_args()
    with database() as url:
        asyncio.run(measure(url, arguments.size, arguments.probes))


if __name__ == "__main__":
    main()
