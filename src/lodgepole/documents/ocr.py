"""Text recognition as readers of formats see it: a picture of a page in, words with places out.

It is a port within the process that reads files; adapters are `tesseract_recogniser` and
`rapidocr_recogniser`. Where neither can be had there is no recogniser, and readers say so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page in shades of grey, row after row from the top, one byte a pixel, 255 white."""

    width: int  # pixels
    height: int
    dpi: int
    pixels: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWord:
    """A word on a picture; pixels, `y` grows downwards."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class SeenLine:
    """The words of one line, left to right; lines come in the order in which they are read."""

    words: tuple[SeenWord, ...]


_CODES = {
    pair[:2]: pair[3:]
    for line in (
        "ar=ara bg=bul ca=cat cs=ces da=dan de=deu el=ell en=eng es=spa et=est fa=fas fi=fin",
        "fr=fra he=heb hi=hin hr=hrv hu=hun id=ind is=isl it=ita ja=jpn ko=kor lt=lit lv=lav",
        "nb=nor nl=nld nn=nor no=nor pl=pol pt=por ro=ron ru=rus sk=slk sl=slv sr=srp sv=swe",
        "th=tha tr=tur uk=ukr vi=vie zh=chi_sim",
    )
    for pair in line.split()
}


def code_of(language: str) -> str | None:
    """How Tesseract names a language that is given as in `de-AT`; None for others."""
    return _CODES.get(language.replace("_", "-").split("-")[0].strip().lower())


class RecognitionFailed(Exception):
    """The engine crashed, or took longer than a page may take."""


class Recogniser(Protocol):
    """An engine; `read` may be called from several threads at a time."""

    def read(self, picture: Picture, *, seconds: float) -> Sequence[SeenLine]:
        """The lines in reading order. Raises RecognitionFailed, at the latest after `seconds`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """The engine, and how long it may be used for one file."""

    recogniser: Recogniser
    deadline: float  # of time.monotonic(), after which no further page is begun
    page_seconds: float
    languages: tuple[str, ...] = ()  # that it reads, as Tesseract names them
    with_language: "Callable[[str], Recognition | None]" = lambda _: None
    """The same with one language more; None where that is not installed."""
    progressed: Callable[[], None] = lambda: None
    """Callback after each picture within a page, for whoever waits."""
