"""The language of a text, by its script and its small words."""

import pytest

from lodgepole.text.languages import SAMPLE_CHARS, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The plan covers most of the costs that are billed to the member by a provider.", "en"),
        ("Der Vertrag ist nicht gültig, wenn die Frist von einer Partei versäumt wird.", "de"),
        ("Le contrat est valable dans tous les pays de l'Union, sauf pour les îles.", "fr"),
        ("El contrato es válido en todos los países de la Unión y no se puede ceder.", "es"),
        ("Il contratto è valido in tutti i paesi della comunità, ma non nelle isole.", "it"),
        ("O contrato é válido em todos os países da União e não pode ser cedido.", "pt"),
        ("Договор действует во всех странах, но он не может быть передан другим.", "ru"),
        ("العقد ساري في جميع الدول التي تقع في المنطقة ولا يمكن نقله إلى طرف آخر", "ar"),
        ("यह अनुबंध सभी देशों में मान्य है और इसे किसी को नहीं दिया जा सकता है", "hi"),
        ("契約はすべての国で有効であり、譲渡することはできません。", "ja"),
        ("合同在所有国家有效，不得转让。", "zh"),
        ("계약은 모든 국가에서 유효합니다.", "ko"),
        ("สัญญามีผลบังคับใช้ในทุกประเทศ", "th"),
        ("Sözleşme bütün ülkelerde geçerlidir ve bir başka kişi için devredilemez.", "tr"),
        ("Avtalet är giltigt i alla länder och kan inte överlåtas till någon annan.", "sv"),
        ("12345 67.8 9,000", "und"),
        ("", "und"),
    ],
)
def test_languages_are_told_from_a_sentence(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_long_text_is_sampled_all_over() -> None:
    title = "The cover of the book and the preface to it are in the English of the time. " * 30
    body = "Der Vertrag ist nicht gültig, wenn die Frist von einer Partei versäumt wird. " * 900
    assert len(title) + len(body) > SAMPLE_CHARS
    assert detect_language(title + body) == "de"
