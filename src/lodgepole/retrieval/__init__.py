"""From a question to snippets: dense and words, fuse, rerank, grow."""
