"""Vector ranking: an exact scan for few vectors, else candidates by binary code, rescored.

On 100,000 passages of 384 dimensions, comparing every vector took 44 ms, a scan of bit strings in
the database 14, reading the packed codes 5 and comparing them here 2. An HNSW index answers in 2 to
4 ms, but took 21 s and 112 MB to build, knows no assistants, and slows down each upload; so there
is none. `make bench-vector-ways` compares them anew.
"""

import asyncio
from collections.abc import Sequence

import numpy as np

from lodgepole.adapters.indexes.postgres.codes import Numbers
from lodgepole.adapters.indexes.postgres.connections import Connection
from lodgepole.adapters.indexes.postgres.views import View, Views
from lodgepole.errors import Conflict
from lodgepole.model import Hit, PassageKey
from lodgepole.ports.embedder import Vector

EXACT_BELOW = 2_000  # passages that are all compared by their vectors, without codes
_RESCORED = 320  # of the codes' nearest, at least
_RESCORED_OF_MANY = 480
_MANY = 200_000  # passages

# Vectors are widened, so that the query need not be rounded: scores are as on one machine.
# OFFSET 0 and LIMIT 1 keep each look-up by itself, one descent of the primary key, whatever the
# planner knows or does not know of tables that were just filled.
_EVERY = b"""
SELECT wanted.number, ordinal, -(vector::vector <#> %s::vector) AS score
FROM unnest(%s::bigint[]) AS wanted (number), LATERAL (
    SELECT ordinal, vector FROM index_vectors
    WHERE assistant_id = %s AND number = wanted.number AND side = %s OFFSET 0
) AS found
ORDER BY score DESC FETCH FIRST %s ROWS WITH TIES
"""
_THESE = b"""
SELECT wanted.number, wanted.ordinal, -(vector::vector <#> %s::vector)
FROM unnest(%s::bigint[], %s::integer[]) AS wanted (number, ordinal), LATERAL (
    SELECT vector FROM index_vectors
    WHERE assistant_id = %s AND number = wanted.number AND side = %s AND ordinal = wanted.ordinal
    LIMIT 1
) AS found
"""


async def by_vector(
    connection: Connection,
    views: Views,
    view: View,
    allowed: Numbers,
    *,
    assistant_id: str,
    vector: Vector,
    limit: int,
    exact_below: int,
) -> Sequence[Hit]:
    """The passages of the files `allowed`, by cosine, best first.

    Raises:
        Conflict: The vector has another number of dimensions than those that are searched.
    """
    if len(vector) != view.embedder.dimension:
        raise Conflict(
            f"The query's vector has {len(vector)} dimensions, the index of this assistant "
            f"{view.embedder.dimension}. Configure the embedder it was made with, or re-embed it."
        )
    written = "[" + ",".join(map(repr, vector.tolist())) + "]"
    numbers = view.numbers[allowed]
    passages = int(view.passages[allowed].sum())
    cursor = connection.cursor(binary=True)
    if passages <= exact_below:
        parameters = (written, numbers.tolist(), assistant_id, view.side, limit)
        await cursor.execute(_EVERY, parameters)
    else:
        codes = await views.codes(connection, assistant_id, view)
        some = None if len(allowed) == len(view.numbers) else numbers
        wide = _RESCORED_OF_MANY if passages > _MANY else _RESCORED
        count = max(wide, limit + limit // 2)
        files, ordinals = await asyncio.to_thread(codes.nearest, vector, some, count)
        parameters = (written, files.tolist(), ordinals.tolist(), assistant_id, view.side)
        await cursor.execute(_THESE, parameters)
    return _hits(view, await cursor.fetchall(), limit)


def _hits(view: View, rows: Sequence[tuple[int, int, float]], limit: int) -> Sequence[Hit]:
    if not rows:
        return ()
    scores = np.array([row[2] for row in rows])
    places = np.searchsorted(view.numbers, [row[0] for row in rows]).tolist()
    # Only what can be among the best becomes an object.
    bound = np.partition(scores, -limit)[-limit] if len(scores) > limit else -np.inf
    hits = [
        Hit(PassageKey(view.versions[place], ordinal), score)
        for place, (_, ordinal, score) in zip(places, rows, strict=True)
        if score >= bound
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.key))[:limit]
