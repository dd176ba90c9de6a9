"""One uploaded file: parse, chunk, embed, publish. Safe to run twice."""
