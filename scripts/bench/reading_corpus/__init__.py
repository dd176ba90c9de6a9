"""Files with known content, made by scripts and alike at each run, by what they try.

A new module is a function that yields cases and a line in `CORPUS`; its floors go into
`reading_floors.json`.
"""

from collections.abc import Callable, Iterable

from reading_corpus import documents, grids, pdf_headings, pdf_tables
from reading_corpus.case import Case

CORPUS: dict[str, Callable[[], Iterable[Case]]] = {
    "pdf tables": pdf_tables.cases,
    "pdf headings": pdf_headings.cases,
    "grids": grids.cases,
    "documents": documents.cases,
}
