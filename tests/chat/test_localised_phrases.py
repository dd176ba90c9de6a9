"""Our own sentences are in the language of the question, and in English when in doubt."""

import pytest

from lodgepole.chat.localised_phrases import ENGLISH, phrases


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("How long is the warranty?", ENGLISH.lead),
        ("Warranty 2026", ENGLISH.lead),
        ("Where was France concentrating its efforts?", ENGLISH.lead),
        ("Was kostet ein Deckel?", "Aus Ihren Dokumenten:"),
        ("Was ist der Unterschied?", "Aus Ihren Dokumenten:"),
        ("Was he traded?", ENGLISH.lead),
        ("Was Ada Berg elected?", ENGLISH.lead),
        ("ما هي مدة الضمان؟", "من مستنداتك:"),
        ("Wie lange gilt die Garantie auf den Wasserkocher?", "Aus Ihren Dokumenten:"),
        ("Wann endet die Frist?", "Aus Ihren Dokumenten:"),
        ("Quelle est la durée de la garantie ?", "D’après vos documents :"),
        ("¿Cuándo termina el contrato?", "De sus documentos:"),
        ("Как долго действует гарантия?", "Из ваших документов:"),
        ("Wie lautet die Nummer des Hausmeisters?", "Aus Ihren Dokumenten:"),
        ("Wie viele Tage?", "Aus Ihren Dokumenten:"),
        ("Hvad koster det?", "Fra dine dokumenter:"),
        ("Thời hạn bảo hành là bao lâu?", "Từ tài liệu của bạn:"),
        ("Сколько стоит чайник?", "Из ваших документов:"),
        ("Открыт ли бассейн зимой?", "Из ваших документов:"),
        ("Чи відкритий басейн?", "З ваших документів:"),
        ("Faut-il une serviette ?", "D’après vos documents :"),
        ("Sind Katzen erlaubt?", "Aus Ihren Dokumenten:"),
        ("An wen wendet man sich bei Glatteis?", "Aus Ihren Dokumenten:"),
        ("Lò sưởi bật lúc nào?", "Từ tài liệu của bạn:"),
        ("Who is Nguyễn Thu Hà?", ENGLISH.lead),
        ("What is the Schloß in the park?", ENGLISH.lead),
        ("保修期是多久？", "来自您的文档："),
        ("保証期間はどのくらいですか。", "お手元の文書より："),
    ],
)
def test_the_lead_is_in_the_questions_language(question, lead):
    assert phrases(question).lead == lead
