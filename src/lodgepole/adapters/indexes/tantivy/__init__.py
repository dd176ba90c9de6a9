"""The Index port on one machine: SQLite is the truth, tantivy and binary codes are derived.

    <root>/<assistant id>/index.db   passages, f16 vectors, analysed words, what to apply next
    <root>/<assistant id>/words/     tantivy: BM25 over passages
    <root>/<assistant id>/files/     tantivy: BM25 over whole files and over their beginnings

Modules: `index` the port, `adding` files that wait for it, `assistant` one directory, `truth` its
SQLite with its `connections`, its `rows` and their checksums, and the two `sides` of its vectors,
`words` a tantivy index, `derived` how that is made again, `purging` when it is rid of what was
removed, `codes` the binary vectors in memory, `incomplete` what is said of an index that is lost,
`state` what can be read of all without opening them.
"""

from lodgepole.adapters.indexes.tantivy.index import TantivyIndex
from lodgepole.adapters.indexes.tantivy.state import EmbeddingState, embedding_states

__all__ = ["EmbeddingState", "TantivyIndex", "embedding_states"]
