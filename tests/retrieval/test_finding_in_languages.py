"""Questions in twelve languages find their passage among all of them, by the whole pipeline."""

import pytest
from tests.retrieval.test_search import Shelf
from tests.support.retrieval import ASSISTANT, file_named

from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.retrieval.search import Search

# Two short texts in each language, and a question that inflects its words otherwise.
TEXTS = {
    "de": (
        "Die Bibliothek öffnet montags um neun Uhr. Ausgeliehene Bücher müssen nach vier Wochen "
        "zurückgegeben werden, sonst wird eine Gebühr von zwei Euro fällig.",
        "Der Bäcker knetet den Teig am Abend und lässt ihn über Nacht im kühlen Keller ruhen.",
        "Wann muss ich ein ausgeliehenes Buch zurückgeben?",
    ),
    "fr": (
        "Le musée est fermé le mardi. Les visiteurs de moins de dix-huit ans ne paient pas "
        "l'entrée des expositions permanentes.",
        "Le jardinier taille les rosiers au mois de mars et arrose les jeunes arbres le soir.",
        "Qui ne paie pas pour visiter les expositions ?",
    ),
    "es": (
        "El contrato de alquiler se renueva cada año. El inquilino puede cancelarlo con dos meses "
        "de aviso y recupera la fianza completa.",
        "Los pescadores salen del puerto antes del amanecer y venden las sardinas en el mercado.",
        "¿Cómo puede un inquilino cancelar su contrato?",
    ),
    "it": (
        "La caldaia si accende con il tasto rosso. Se la pressione scende sotto un bar, aprire la "
        "valvola finché la lancetta sale.",
        "I treni per la costa partono ogni mezz'ora dalla stazione e sono più lenti la domenica.",
        "Che cosa fare se la pressione della caldaia è scesa?",
    ),
    "ru": (
        "Заявление на отпуск подаётся за две недели. Неиспользованные дни отпуска переносятся на "
        "следующий год, но не больше десяти.",
        "Лодка стоит у причала, а рыбаки чинят сети и ждут хорошей погоды у старого маяка.",
        "Сколько дней неиспользованного отпуска можно перенести?",
    ),
    "zh": (
        "保修期为两年,从购买之日起计算。电池和充电器不在保修范围之内。",
        "春天的时候,山谷里的桃花开了,游客从城里坐火车来看花。",
        "充电器在保修范围之内吗?",
    ),
    "ja": (
        "会議室の予約は三日前までに受付で行ってください。取り消しは前日の正午まで無料です。",
        "この村では秋に米を収穫し、冬には酒を造ります。",
        "会議室の取り消しはいつまで無料ですか",
    ),
    "ar": (
        "يجب تسليم التقرير المالي قبل نهاية شهر مارس. التأخير يؤدي إلى غرامة قدرها مئة دينار.",
        "في الصباح يخرج الصيادون إلى البحر ويعودون بالسمك عند الظهر.",
        "ما غرامة التأخير في تسليم التقرير؟",
    ),
    "pt": (
        "A piscina municipal abre de terça a domingo. As crianças precisam de ser acompanhadas por "
        "um adulto até aos doze anos.",
        "O vento do norte traz chuva, e os agricultores guardam o milho antes da tempestade.",
        "Até que idade as crianças são acompanhadas na piscina?",
    ),
    "nl": (
        "De huurder betaalt de borg voor de eerste dag. Schade aan de fiets wordt van de borg "
        "afgetrokken.",
        "De molen draait alleen bij wind uit het westen en maalt dan het graan van drie dorpen.",
        "Wat gebeurt er met de borg bij een beschadigde fiets?",
    ),
    "ko": (
        "환불은 구매 후 삼십 일 이내에 신청할 수 있습니다. 개봉한 소프트웨어는 환불되지 않습니다.",
        "가을에는 산에 단풍이 들고 많은 사람들이 등산을 합니다.",
        "개봉한 소프트웨어도 환불 신청할 수 있나요?",
    ),
    "en": (
        "Part AX-4471B replaces the older AX-4470. Its rated current is 1,250 mA and it fits the "
        "models FY2018 and later.",
        "The choir rehearses on Thursdays and sings twice a year in the old town hall.",
        "What is the rated current of ax4471b?",
    ),
}  # fmt: skip


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    for language, (told, other, _) in TEXTS.items():
        await shelf.put(file_named(f"{language}-told"), told)
        await shelf.put(file_named(f"{language}-other"), other)
    return shelf


@pytest.mark.parametrize("language", TEXTS)
async def test_a_question_finds_the_text_of_its_language(shelf: Shelf, language: str) -> None:
    search = Search(shelf.index, shelf.embedder, MemoryTokenizer(), shelf)  # type: ignore[arg-type]
    found = await search.find(ASSISTANT, TEXTS[language][2])
    assert found[0].file.id == f"{language}-told"


async def test_a_question_on_two_files_finds_both(shelf: Shelf) -> None:
    search = Search(shelf.index, shelf.embedder, MemoryTokenizer(), shelf)  # type: ignore[arg-type]
    found = await search.find(ASSISTANT, "rated current of AX-4471B, and when the choir rehearses")
    assert {snippet.file.id for snippet in found[:3]} >= {"en-told", "en-other"}


@pytest.mark.parametrize("asked", ["AX-4471B", "ax4471b", "1250 mA", "1,250", "FY 2018"])
async def test_codes_and_numbers_are_found_however_they_are_written(
    shelf: Shelf, asked: str
) -> None:
    search = Search(shelf.index, shelf.embedder, MemoryTokenizer(), shelf)  # type: ignore[arg-type]
    assert (await search.find(ASSISTANT, asked))[0].file.id == "en-told"
