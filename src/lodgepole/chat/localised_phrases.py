"""Localised sentences that Lodgepole itself writes into answers. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lodgepole.text.languages import UNDETERMINED, detect_language, small_word_votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What stands around quotes, or in their place.

    Attributes:
        lead: Before quotes that answer.
        unclear: Before quotes that may not.
        no_mention: That no passage that was found has `{names}`; others may.
        nearest: Before quotes that are nearest all the same.
        not_said: Before quotes that answer but for `{names}`, which they do not mention.
        outline: Before headings and first sentences, where the gist is asked for.
        rows: Before rows of a table, where these would have to be counted or compared.
        nothing_found: Without any quote.
        first_of: After the first items of a list that is longer.
        page: Where the list is.
    """

    lead: str
    unclear: str
    no_mention: str
    nearest: str
    not_said: str
    outline: str
    rows: str
    nothing_found: str
    first_of: str
    page: str


_PHRASES = {
    "en": Phrases(
        lead="From your documents:",
        unclear="I found nothing in your documents that clearly answers this. Nearest:",
        no_mention="None of the passages found mentions {names}.",
        nearest="Nearest:",
        not_said="None of these passages mentions {names}:",
        outline="I quote and do not summarise. An outline from the passages found:",
        rows="I quote and do not count or compare. The rows found:",
        nothing_found="This is not in your documents: I found nothing in them that answers the "
        "question.",
        first_of="The first {shown} of {of}",
        page="page {page}",
    ),
    "de": Phrases(
        lead="Aus Ihren Dokumenten:",
        unclear=(
            "Ich habe in Ihren Dokumenten nichts gefunden, was dies klar "
            "beantwortet. Am nächsten kommt:"
        ),
        no_mention="Keine der gefundenen Stellen erwähnt {names}.",
        nearest="Am nächsten kommt:",
        not_said="Keine dieser Stellen erwähnt {names}:",
        outline="Ich zitiere und fasse nicht zusammen. Eine Übersicht aus den gefundenen Stellen:",
        rows="Ich zitiere und zähle oder vergleiche nicht. Die gefundenen Zeilen:",
        nothing_found=(
            "Das steht nicht in Ihren Dokumenten: Ich habe darin nichts gefunden, "
            "was die Frage beantwortet."
        ),
        first_of="Die ersten {shown} von {of}",
        page="Seite {page}",
    ),
    "fr": Phrases(
        lead="D’après vos documents :",
        unclear="Je n’ai rien trouvé dans vos documents qui y réponde clairement. Au plus près :",
        no_mention="Aucun des passages trouvés ne mentionne {names}.",
        nearest="Au plus près :",
        not_said="Aucun de ces passages ne mentionne {names} :",
        outline="Je cite et ne résume pas. Un aperçu tiré des passages trouvés :",
        rows="Je cite et ne compte ni ne compare. Les lignes trouvées :",
        nothing_found=(
            "Cela ne figure pas dans vos documents : je n’y ai rien trouvé qui "
            "réponde à la question."
        ),
        first_of="Les {shown} premiers sur {of}",
        page="page {page}",
    ),
    "es": Phrases(
        lead="De sus documentos:",
        unclear=(
            "No he encontrado en sus documentos nada que lo responda con claridad. Lo más cercano:"
        ),
        no_mention="Ninguno de los pasajes encontrados menciona {names}.",
        nearest="Lo más cercano:",
        not_said="Ninguno de estos pasajes menciona {names}:",
        outline="Cito y no resumo. Un esquema de los pasajes encontrados:",
        rows="Cito y no cuento ni comparo. Las filas encontradas:",
        nothing_found=(
            "Esto no está en sus documentos: no he encontrado en ellos nada que "
            "responda a la pregunta."
        ),
        first_of="Los primeros {shown} de {of}",
        page="página {page}",
    ),
    "it": Phrases(
        lead="Dai tuoi documenti:",
        unclear="Nei tuoi documenti non ho trovato nulla che risponda chiaramente. Il più vicino:",
        no_mention="Nessuno dei passi trovati menziona {names}.",
        nearest="Il più vicino:",
        not_said="Nessuno di questi passi menziona {names}:",
        outline="Cito e non riassumo. Uno schema dai passi trovati:",
        rows="Cito e non conto né confronto. Le righe trovate:",
        nothing_found="Questo non è nei tuoi documenti: non vi ho trovato nulla che risponda alla "
        "domanda.",
        first_of="I primi {shown} di {of}",
        page="pagina {page}",
    ),
    "pt": Phrases(
        lead="Dos seus documentos:",
        unclear="Não encontrei nos seus documentos nada que responda claramente. O mais próximo:",
        no_mention="Nenhum dos trechos encontrados menciona {names}.",
        nearest="O mais próximo:",
        not_said="Nenhuma destas passagens menciona {names}:",
        outline="Cito e não resumo. Um esquema das passagens encontradas:",
        rows="Cito e não conto nem comparo. As linhas encontradas:",
        nothing_found="Isto não está nos seus documentos: não encontrei neles nada que responda à "
        "pergunta.",
        first_of="Os primeiros {shown} de {of}",
        page="página {page}",
    ),
    "nl": Phrases(
        lead="Uit uw documenten:",
        unclear=(
            "Ik heb in uw documenten niets gevonden dat dit duidelijk beantwoordt. "
            "Het dichtst in de buurt:"
        ),
        no_mention="Geen van de gevonden passages noemt {names}.",
        nearest="Het dichtst in de buurt:",
        not_said="Geen van deze passages noemt {names}:",
        outline="Ik citeer en vat niet samen. Een overzicht uit de gevonden passages:",
        rows="Ik citeer en tel of vergelijk niet. De gevonden rijen:",
        nothing_found=(
            "Dit staat niet in uw documenten: ik heb er niets in gevonden dat de vraag beantwoordt."
        ),
        first_of="De eerste {shown} van {of}",
        page="pagina {page}",
    ),
    "sv": Phrases(
        lead="Från dina dokument:",
        unclear="Jag hittade inget i dina dokument som tydligt besvarar detta. Närmast:",
        no_mention="Inget av de avsnitt som hittades nämner {names}.",
        nearest="Närmast:",
        not_said="Inget av dessa avsnitt nämner {names}:",
        outline="Jag citerar och sammanfattar inte. En översikt ur de funna avsnitten:",
        rows="Jag citerar och räknar eller jämför inte. De funna raderna:",
        nothing_found="Detta finns inte i dina dokument: jag hittade inget i dem som besvarar "
        "frågan.",
        first_of="De första {shown} av {of}",
        page="sidan {page}",
    ),
    "da": Phrases(
        lead="Fra dine dokumenter:",
        unclear="Jeg fandt intet i dine dokumenter, der klart besvarer dette. Nærmest:",
        no_mention="Ingen af de fundne passager nævner {names}.",
        nearest="Nærmest:",
        not_said="Ingen af disse steder nævner {names}:",
        outline="Jeg citerer og sammenfatter ikke. Et overblik fra de fundne steder:",
        rows="Jeg citerer og tæller eller sammenligner ikke. De fundne rækker:",
        nothing_found="Dette står ikke i dine dokumenter: jeg fandt intet i dem, der besvarer "
        "spørgsmålet.",
        first_of="De første {shown} af {of}",
        page="side {page}",
    ),
    "no": Phrases(
        lead="Fra dokumentene dine:",
        unclear="Jeg fant ingenting i dokumentene dine som klart svarer på dette. Nærmest:",
        no_mention="Ingen av avsnittene som ble funnet, nevner {names}.",
        nearest="Nærmest:",
        not_said="Ingen av disse stedene nevner {names}:",
        outline="Jeg siterer og oppsummerer ikke. En oversikt fra stedene som ble funnet:",
        rows="Jeg siterer og teller eller sammenligner ikke. Radene som ble funnet:",
        nothing_found=(
            "Dette står ikke i dokumentene dine: jeg fant ingenting i dem som svarer på spørsmålet."
        ),
        first_of="De første {shown} av {of}",
        page="side {page}",
    ),
    "fi": Phrases(
        lead="Asiakirjoistasi:",
        unclear="En löytänyt asiakirjoistasi mitään, mikä vastaisi tähän selvästi. Lähimpänä:",
        no_mention="Missään löydetyistä kohdista ei mainita: {names}.",
        nearest="Lähimpänä:",
        not_said="Missään näistä kohdista ei mainita: {names}",
        outline="Lainaan enkä tee tiivistelmää. Yleiskuva löydetyistä kohdista:",
        rows="Lainaan enkä laske tai vertaa. Löydetyt rivit:",
        nothing_found="Tätä ei ole asiakirjoissasi: en löytänyt niistä mitään, mikä vastaisi "
        "kysymykseen.",
        first_of="Ensimmäiset {shown} / {of}",
        page="sivu {page}",
    ),
    "pl": Phrases(
        lead="Z Twoich dokumentów:",
        unclear="Nie znalazłem w Twoich dokumentach niczego, co jasno na to odpowiada. Najbliżej:",
        no_mention="Żaden ze znalezionych fragmentów nie wspomina o: {names}.",
        nearest="Najbliżej:",
        not_said="Żaden z tych fragmentów nie wspomina o: {names}",
        outline="Cytuję i nie streszczam. Zarys ze znalezionych fragmentów:",
        rows="Cytuję i nie liczę ani nie porównuję. Znalezione wiersze:",
        nothing_found="Tego nie ma w Twoich dokumentach: nie znalazłem w nich odpowiedzi na to "
        "pytanie.",
        first_of="Pierwsze {shown} z {of}",
        page="strona {page}",
    ),
    "tr": Phrases(
        lead="Belgelerinizden:",
        unclear="Belgelerinizde bunu açıkça yanıtlayan bir şey bulamadım. En yakını:",
        no_mention="Bulunan bölümlerin hiçbirinde {names} geçmiyor.",
        nearest="En yakını:",
        not_said="Bu bölümlerin hiçbirinde {names} geçmiyor:",
        outline="Alıntı yaparım, özetlemem. Bulunan bölümlerden bir taslak:",
        rows="Alıntı yaparım, saymam veya karşılaştırmam. Bulunan satırlar:",
        nothing_found="Bu, belgelerinizde yok: içlerinde soruyu yanıtlayan bir şey bulamadım.",
        first_of="{of} maddeden ilk {shown}",
        page="sayfa {page}",
    ),
    "ru": Phrases(
        lead="Из ваших документов:",
        unclear="В ваших документах не нашлось ясного ответа на это. Ближайшее:",
        no_mention="Ни в одном из найденных фрагментов не упоминается {names}.",
        nearest="Ближайшее:",
        not_said="Ни в одном из этих мест не упоминается {names}:",
        outline="Я цитирую и не пересказываю. Обзор из найденных мест:",
        rows="Я цитирую и не считаю и не сравниваю. Найденные строки:",
        nothing_found="Этого нет в ваших документах: в них не нашлось ответа на вопрос.",
        first_of="Первые {shown} из {of}",
        page="стр. {page}",
    ),
    "uk": Phrases(
        lead="З ваших документів:",
        unclear="У ваших документах не знайшлося ясної відповіді на це. Найближче:",
        no_mention="У жодному зі знайдених фрагментів не згадано {names}.",
        nearest="Найближче:",
        not_said="У жодному з цих місць не згадано {names}:",
        outline="Я цитую і не переказую. Огляд із знайдених місць:",
        rows="Я цитую і не рахую й не порівнюю. Знайдені рядки:",
        nothing_found="Цього немає у ваших документах: у них не знайшлося відповіді на запитання.",
        first_of="Перші {shown} із {of}",
        page="стор. {page}",
    ),
    "zh": Phrases(
        lead="来自您的文档：",
        unclear="我在您的文档中没有找到能明确回答此问题的内容。最接近的是：",
        no_mention="找到的段落都没有提到{names}。",
        nearest="最接近的是：",
        not_said="以下内容均未提到{names}：",
        outline="我只引用原文，不做总结。以下是找到的内容提要：",
        rows="我只引用原文，不计数也不比较。以下是找到的行：",
        nothing_found="您的文档中没有相关内容：我没有找到可以回答该问题的信息。",
        first_of="共 {of} 项，此处为前 {shown} 项",
        page="第 {page} 页",
    ),
    "ja": Phrases(
        lead="お手元の文書より：",
        unclear="質問にはっきり答える内容は見つかりませんでした。最も近い記載：",
        no_mention="見つかった箇所に{names}の記載はありません。",
        nearest="最も近い記載：",
        not_said="次の記載に{names}は出てきません：",
        outline="引用のみで、要約はいたしません。見つかった箇所の概略：",
        rows="引用のみで、集計や比較はいたしません。見つかった行：",
        nothing_found="お手元の文書には記載がありません。質問の答えとなる内容は見つかりませんでした。",
        first_of="全{of}件のうち最初の{shown}件",
        page="{page}ページ",
    ),
    "ko": Phrases(
        lead="문서에서 찾은 내용:",
        unclear="문서에서 분명한 답을 찾지 못했습니다. 가장 가까운 내용:",
        no_mention="찾은 부분 가운데 {names}을(를) 언급하는 곳이 없습니다.",
        nearest="가장 가까운 내용:",
        not_said="다음 내용에는 {names}이(가) 나오지 않습니다:",
        outline="인용만 하고 요약하지 않습니다. 찾은 내용의 개요:",
        rows="인용만 하고 세거나 비교하지 않습니다. 찾은 행:",
        nothing_found="문서에 없는 내용입니다. 질문에 대한 답을 찾지 못했습니다.",
        first_of="전체 {of}개 중 처음 {shown}개",
        page="{page}쪽",
    ),
    "ar": Phrases(
        lead="من مستنداتك:",
        unclear="لم أجد في مستنداتك ما يجيب عن هذا بوضوح. الأقرب:",
        no_mention="لا يذكر أي من المقاطع التي عُثر عليها {names}.",
        nearest="الأقرب:",
        not_said="لا يذكر أي من هذه المقاطع {names}:",
        outline="أقتبس ولا ألخص. نظرة عامة من المقاطع التي وُجدت:",
        rows="أقتبس ولا أعد أو أقارن. الصفوف التي وُجدت:",
        nothing_found="هذا غير موجود في مستنداتك: لم أجد فيها ما يجيب عن السؤال.",
        first_of="أول {shown} من {of}",
        page="صفحة {page}",
    ),
    "vi": Phrases(
        lead="Từ tài liệu của bạn:",
        unclear="Tôi không tìm thấy trong tài liệu của bạn điều gì trả lời rõ câu hỏi này. Gần "
        "nhất:",
        no_mention="Không đoạn nào trong các đoạn tìm thấy nhắc đến {names}.",
        nearest="Gần nhất:",
        not_said="Không đoạn nào sau đây nhắc đến {names}:",
        outline="Tôi trích dẫn chứ không tóm tắt. Đề cương từ các đoạn tìm thấy:",
        rows="Tôi trích dẫn chứ không đếm hay so sánh. Các dòng tìm thấy:",
        nothing_found=(
            "Điều này không có trong tài liệu của bạn: tôi không tìm thấy nội dung "
            "nào trả lời câu hỏi."
        ),
        first_of="{shown} mục đầu trong {of}",
        page="trang {page}",
    ),
}
ENGLISH = _PHRASES["en"]
_ASKING = {
    "en": "where when what who whom whose which why how were is are do does did can the",
    "de": "wie was wer wann warum wieso weshalb welche welcher welches welchem welchen wo wohin "
    "woher viele wieviel wieviele worüber worum darf muss gibt wem wen ich mich sind ist bei "
    "erlaubt",
    "fr": "quel quelle quels quelles quand comment pourquoi combien où quoi est-ce qui",
    "es": "qué cuál cuáles cuándo cómo dónde cuánto cuánta cuántos cuántas quién quiénes",
    "it": "quale quali quando perché dove quanto quanti quanta chi cosa cos'è",
    "pt": "qual quais quando onde quanto quantos quantas quem porquê",
    "nl": "wat wie wanneer waarom waar hoeveel welke welk hoe",
    "sv": "vad vem vilken vilket vilka när varför var hur",
    "da": "hvad hvem hvilken hvilket hvilke hvornår hvorfor hvor hvordan",
    "no": "hva hvem hvilken hvilket hvilke når hvorfor hvor hvordan",
    "fi": "mikä mitä kuka milloin miksi missä kuinka montako paljonko",
    "pl": "jak jaki jaka jakie kiedy dlaczego gdzie ile kto co który",
    "tr": "ne nedir kim nerede neden nasıl kaç hangi mi mı",
    "ar": "ما ماذا متى أين كيف كم لماذا هل أي",
    "ru": "как какой какая какие когда почему где сколько кто что чем",
    "uk": "як який яка які коли чому де скільки хто що",
    "vi": "gì nào bao nhiêu khi đâu sao tại là của có không được",
}
_LETTERS_OF = {
    "vi": re.compile("[ăắằẳẵặơớờởỡợưứừửữựạảấầẩẫậẹẻẽếềểễệỉịọỏốồổỗộụủỳỵỷỹ]", re.IGNORECASE),
    "de": re.compile("ß"),
    "uk": re.compile("[іїєґ]", re.IGNORECASE),
}
"""Letters that no other language of ours has."""
_CYRILLIC = re.compile("[а-яё]{3}", re.IGNORECASE)
_INVERTED = ("-il", "-elle", "-on", "-vous", "-je", "-ils", "-elles", "-nous", "-ce")
"""Endings of French verbs in questions: `faut-il`"""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ASKING_VOTE = 2
_AFTER_WAS = frozenset(
    ["he", "she", "it", "they", "there", "this", "that", "the", "a", "an", "any"]
)
_TELLING_CHARS = 4_000  # of a question, that tell its language


def question_language(question: str) -> str:
    """The language of a question, which is too short to be told as that of a text; or `und`."""
    question = question[:_TELLING_CHARS]
    language = detect_language(question)
    if language != UNDETERMINED and not _is_latin(question):
        return language
    words = _WORD.findall(question.lower())
    votes: Counter[str] = Counter(small_word_votes(words))
    for code, known in _ASKING.items():
        votes[code] += _ASKING_VOTE * len(set(known.split()) & set(words))
    if _asks_what_was(words):
        votes["en"] += _ASKING_VOTE + 1
    for code, letters in _LETTERS_OF.items():
        votes[code] += 2 * _ASKING_VOTE * bool(letters.search(question))
    votes["fr"] += _ASKING_VOTE * sum(word.endswith(_INVERTED) for word in words)
    ranked = [*votes.most_common(2), ("", 0), ("", 0)]
    (best, most), (_, second) = ranked[:2]
    if most >= 2 and most > second:
        return best
    return "ru" if language == UNDETERMINED and _CYRILLIC.search(question) else language


def _asks_what_was(words: Sequence[str]) -> bool:
    """Whether a question begins with the English `was`, which in German asks what."""
    rest = words[1:] if words[:1] == ["was"] else []
    return any(
        word in _AFTER_WAS or (word.endswith("ed") and not word.endswith("ied")) for word in rest
    )


def _is_latin(question: str) -> bool:
    return any(c.isalpha() and c < "\u0250" for c in question)


def phrases(question: str) -> Phrases:
    """The sentences in the question's language; in English where that is not clear."""
    return _PHRASES.get(question_language(question), ENGLISH)


def listed(names: list[str]) -> str:
    """Names as a sentence has them, each in quotation marks."""
    return ", ".join(f"“{name}”" for name in names)
