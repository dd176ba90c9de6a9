"""The Index port on one machine: SQLite is the truth, tantivy and binary codes are derived.

    <root>/<assistant id>/index.db   passages, f16 vectors, analysed words, what to apply next
    <root>/<assistant id>/words/     tantivy: BM25 over passages
    <root>/<assistant id>/files/     tantivy: BM25 over whole files and over their beginnings

Modules: `index` the port, `group_commit` files that wait for it, `assistant` one directory and
`searching` what is read of it, `reader` the same where another process writes,
`passage_store` its SQLite with its `connections`, its `rows` and their checksums, and the two
`vector_sets`, `bm25` a tantivy index, `index_refresh` how that is made again, `purging` and
`page_scrubbing` when it is rid of what was removed, `binary_codes` the vectors in memory,
`rebuild_markers` what is said of an index that is lost, `state` what can be read of all without
opening them.
"""

from lodgepole.adapters.indexes.tantivy.index import TantivyIndex
from lodgepole.adapters.indexes.tantivy.reader import TantivyReader
from lodgepole.adapters.indexes.tantivy.state import EmbeddingState, embedding_states

__all__ = ["EmbeddingState", "TantivyIndex", "TantivyReader", "embedding_states"]
