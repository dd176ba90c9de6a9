"""Questions about whole documents, answered from these as they are stored."""
