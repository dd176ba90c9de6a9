"""The few sentences of our own that stand in answers, in the language of the question. Pure."""

import re
from dataclasses import dataclass

from lodgepole.text.languages import UNDETERMINED, detect_language


@dataclass(frozen=True, slots=True)
class Phrases:
    """What stands before quotes, and what is said when there is nothing to quote."""

    lead: str
    nothing_found: str


ENGLISH = Phrases(
    "From your documents:",
    "This is not in your documents: I found nothing in them that answers the question.",
)
_PHRASES = {
    "en": ENGLISH,
    "de": Phrases(
        "Aus Ihren Dokumenten:",
        "Das steht nicht in Ihren Dokumenten: Ich habe darin nichts gefunden, was die Frage "
        "beantwortet.",
    ),
    "fr": Phrases(
        "D’après vos documents :",
        "Cela ne figure pas dans vos documents : je n’y ai rien trouvé qui réponde à la question.",
    ),
    "es": Phrases(
        "De sus documentos:",
        "Esto no está en sus documentos: no he encontrado en ellos nada que responda a la "
        "pregunta.",
    ),
    "it": Phrases(
        "Dai tuoi documenti:",
        "Questo non è nei tuoi documenti: non vi ho trovato nulla che risponda alla domanda.",
    ),
    "pt": Phrases(
        "Dos seus documentos:",
        "Isto não está nos seus documentos: não encontrei neles nada que responda à pergunta.",
    ),
    "nl": Phrases(
        "Uit uw documenten:",
        "Dit staat niet in uw documenten: ik heb er niets in gevonden dat de vraag beantwoordt.",
    ),
    "sv": Phrases(
        "Från dina dokument:",
        "Detta finns inte i dina dokument: jag hittade inget i dem som besvarar frågan.",
    ),
    "da": Phrases(
        "Fra dine dokumenter:",
        "Dette står ikke i dine dokumenter: jeg fandt intet i dem, der besvarer spørgsmålet.",
    ),
    "no": Phrases(
        "Fra dokumentene dine:",
        "Dette står ikke i dokumentene dine: jeg fant ingenting i dem som svarer på spørsmålet.",
    ),
    "fi": Phrases(
        "Asiakirjoistasi:",
        "Tätä ei ole asiakirjoissasi: en löytänyt niistä mitään, mikä vastaisi kysymykseen.",
    ),
    "pl": Phrases(
        "Z Twoich dokumentów:",
        "Tego nie ma w Twoich dokumentach: nie znalazłem w nich odpowiedzi na to pytanie.",
    ),
    "tr": Phrases(
        "Belgelerinizden:",
        "Bu, belgelerinizde yok: içlerinde soruyu yanıtlayan bir şey bulamadım.",
    ),
    "ru": Phrases(
        "Из ваших документов:",
        "Этого нет в ваших документах: в них не нашлось ответа на вопрос.",
    ),
    "uk": Phrases(
        "З ваших документів:",
        "Цього немає у ваших документах: у них не знайшлося відповіді на запитання.",
    ),
    "zh": Phrases("来自您的文档：", "您的文档中没有相关内容：我没有找到可以回答该问题的信息。"),
    "ja": Phrases(
        "お手元の文書より：",
        "お手元の文書には記載がありません。質問の答えとなる内容は見つかりませんでした。",
    ),
    "ko": Phrases(
        "문서에서 찾은 내용:", "문서에 없는 내용입니다. 질문에 대한 답을 찾지 못했습니다."
    ),
    "ar": Phrases("من مستنداتك:", "هذا غير موجود في مستنداتك: لم أجد فيها ما يجيب عن السؤال."),
}
_ASKING = {
    "en": "where when what who whom whose which why how were is are do does did can the",
    "de": "wie was wer wann warum wieso welche welcher welches wo wohin wieviel worüber",
    "fr": "quel quelle quels quelles quand comment pourquoi combien où quoi est-ce",
    "es": "qué cuál cuáles cuándo cómo dónde cuánto cuánta cuántos quién",
    "it": "quale quali quando perché dove quanto quanti chi cosa cos'è",
    "pt": "qual quais quando onde quanto quantos quem porquê",
    "nl": "wat wie wanneer waarom waar hoeveel welke welk hoe",
    "pl": "jak jaki jaka jakie kiedy dlaczego gdzie ile kto co który",
    "ar": "ما ماذا متى أين كيف كم لماذا هل أي",
    "ru": "как какой какая какие когда почему где сколько кто что",
}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def phrases(question: str) -> Phrases:
    """The sentences in the question's language; in English where that is not clear."""
    language = detect_language(question)
    if language == UNDETERMINED:
        words = _WORD.findall(question.lower())
        asking = [code for code, known in _ASKING.items() if set(known.split()) & set(words)]
        language = asking[0] if len(asking) == 1 else language
    return _PHRASES.get(language, ENGLISH)
