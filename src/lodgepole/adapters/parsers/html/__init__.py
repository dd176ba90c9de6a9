"""HTML, and what holds HTML: books (EPUB) and letters (EML)."""
