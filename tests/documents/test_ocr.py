import pytest

from lodgepole.documents.ocr import code_of


@pytest.mark.parametrize(
    ("language", "code"),
    [("de", "deu"), ("de-AT", "deu"), ("PT_br", "por"), (" zh-Hans ", "chi_sim"), ("nb", "nor")],
)
def test_a_language_is_named_as_tesseract_names_it(language: str, code: str) -> None:
    assert code_of(language) == code


@pytest.mark.parametrize("language", ["", "und", "klingon", "de;rm -rf /"])
def test_what_is_no_known_language_has_no_name(language: str) -> None:
    assert code_of(language) is None
