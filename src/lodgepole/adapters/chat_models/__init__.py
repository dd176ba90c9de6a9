"""Language models of other servers."""
