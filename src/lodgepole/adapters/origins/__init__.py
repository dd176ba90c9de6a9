"""Origins of documents, one module or folder each."""
