"""Recogniser: RapidOCR from the extra `ocr`, for machines without Tesseract; models in its wheel.

It reads English and Chinese in Latin and Han script, four to five times slower than Tesseract.
"""

import threading
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from lodgepole.documents.ocr import Picture, RecognitionFailed, SeenLine, SeenWord

LANGUAGES = frozenset({"eng", "chi_sim", "chi_tra"})
_ONE_THREAD = {
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class RapidOcrRecogniser:
    """The models, loaded once; they read one page at a time."""

    def __init__(self) -> None:
        from rapidocr import (  # noqa: PLC0415  # pyright: ignore[reportMissingImports]  an extra
            RapidOCR,
        )

        self._engine: Any = RapidOCR(params=_ONE_THREAD)
        self._lock = threading.Lock()

    def read(self, picture: Picture, *, seconds: float) -> Sequence[SeenLine]:
        """The lines; `seconds` is only how long to wait for another page to be done."""
        grey = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width)
        if not self._lock.acquire(timeout=seconds):
            raise RecognitionFailed
        try:
            found = self._engine(np.repeat(grey[:, :, None], 3, axis=2), use_cls=False)
        except (RuntimeError, ValueError) as error:
            raise RecognitionFailed from error
        finally:
            self._lock.release()
        if found.txts is None:
            return []
        return lines_of_boxes(zip(found.txts, found.boxes, found.scores, strict=True))


def lines_of_boxes(found: Iterable[tuple[str, Any, float]]) -> list[SeenLine]:
    """The lines; each word is given its share of the line's box by the letters before it.

    Args:
        found: `(text, corners of shape (4, 2), confidence)` of each line.
    """
    lines: list[SeenLine] = []
    for text, corners, confidence in found:
        (x0, y0), (x1, y1) = np.min(corners, axis=0), np.max(corners, axis=0)
        width = (x1 - x0) / max(len(text), 1)
        words: list[SeenWord] = []
        position = 0
        for word in text.split():
            start = text.index(word, position)
            position = start + len(word)
            words.append(
                SeenWord(
                    text=word,
                    x0=float(x0 + start * width),
                    y0=float(y0),
                    x1=float(x0 + position * width),
                    y1=float(y1),
                    confidence=confidence,
                )
            )
        if words:
            lines.append(SeenLine(tuple(words)))
    return lines


def find_rapidocr(languages: Sequence[str]) -> RapidOcrRecogniser | None:
    """The engine, where the extra is installed and reads one of the languages."""
    if not LANGUAGES.intersection(languages) or find_spec("rapidocr") is None:
        return None
    return RapidOcrRecogniser()
