r"""Ranges of characters by script, for use inside `[...]` of a pattern. Pure.

The one place that says which scripts put no space between words, and which marks belong to the
letter before them.
"""

KANA = "\u3040-\u30ff\u31f0-\u31ff"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
HANGUL = "\uac00-\ud7af"
THAI = "\u0e00-\u0e7f"
LAO = "\u0e80-\u0eff"
BURMESE = "\u1000-\u109f"
KHMER = "\u1780-\u17ff"
GREEK = "\u0370-\u03ff\u1f00-\u1fff"
ARABIC = "\u0600-\u06ff"
HEBREW = "\u0590-\u05ff"
ARMENIAN = "\u0530-\u058f"
TAMIL = "\u0b80-\u0bff"

UNSPACED = THAI + LAO + BURMESE + KHMER + KANA + HAN
"""Letters of scripts that put no space between words: a text may be parted before each."""

BY_CHARACTER = UNSPACED + HANGUL
"""Letters that are words by themselves to a search: Korean has spaces, but no fixed words."""

UNSPACED_SIGNS = "\u2e80-\u303f\uff00-\uffef"
"""Punctuation, radicals and letters of full or half width, which stand among those."""

MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff"
"""Vowel signs and points: part of their word, though Python counts few of them as letters."""

RAISED = "⁰¹²³⁴-⁹₀-₉"
"""Digits of exponents and indices."""
