"""The kind of answer that a question asks for, and whether a text has one of it. Pure.

By question words and by forms alone, in the languages that the rest of the analysis knows: a
question with `when` is answered by a date, one with `why` by a reason.
"""

import re
from enum import StrEnum

from lodgepole.text.word_lists import TIME_UNITS


class AnswerType(StrEnum):
    """What an answer must have."""

    MONEY = "money"
    DURATION = "duration"
    DATE = "date"
    COUNT = "count"
    PERSON = "person"
    REASON = "reason"


_ASKS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            AnswerType.MONEY,
            r"\b(?:what (?:do|does|did|will|would) .{1,80}\bcosts?|how much (?:do|does|did"
            r"|is|are|was|were)"
            r" .{1,80}\b(?:cost|pay|paid|charge|price)|(?:price|cost|fee|salary|rent"
            r"|amount)s? (?:of|for)"
            r"|how expensive|(?:was|wie ?viel) kostet|kosten|preis|gebühr|wie teuer"
            r"|combien (?:coûte|coûtent)|quel(?:le)? .{0,20}(?:prix|tarif)|cuánto (?:cuesta"
            r"|cuestan|vale)"
            r"|precio|quanto (?:costa|custa)|prezzo|preço|wat kost|hoeveel kost|hvad koster"
            r"|hva koster"
            r"|vad kostar|сколько стоит|цена|скільки коштує)\b|いくら|多少钱|价格|얼마|ราคา",
        ),
        (
            AnswerType.DURATION,
            r"\b(?:how long|for how many (?:years|months|weeks|days|hours)|wie lange"
            r"|combien de temps"
            r"|cuánto (?:tiempo|dura)|quanto (?:tempo|dura)|hoe ?lang|hvor (?:længe|lenge)"
            r"|hur länge"
            r"|как долго|сколько времени|(?:notice|term) period|what .{0,20}\bduration)\b"
            r"|多久|多长时间"
            r"|どのくらいの期間|何年間|何日間|얼마나 오래",
        ),
        (
            AnswerType.DATE,
            r"^\W*(?:(?:and|so|since|until|by|from)\s)?when\b"
            r"|[,;:?]\s(?:and\s)?when (?:is|are|was|were|do"
            r"|does|did|will|can|must|should)\b"
            r"|\b(?:(?:what|which|in what) (?:year|date|day|month|century)|since when"
            r"|by when|until when"
            r"|wann|(?:welche[msn]?) (?:jahr|tag|datum|monat)|quand|quelle (?:année|date)"
            r"|cuándo"
            r"|qué (?:año|fecha|día)|quando|quale (?:anno|data)|que (?:ano|dia)|wanneer"
            r"|hvornår|når|när"
            r"|kiedy|когда|в каком году|коли|ne zaman|متى|khi nào)\b"
            r"|いつ|何[年月日時]|什么时候|哪[年天]|언제",
        ),
        (
            AnswerType.COUNT,
            r"\b(?:how (?:many|much|large|big|tall|high|deep|heavy|fast|old|far|often)"
            r"|what (?:number|"
            r"percentage|share|age)|wie ?viele?|wie (?:oft|alt|hoch|groß|schwer|weit)"
            r"|combien|cuánt[oa]s?"
            r"|quant[oiae]s?|hoeveel|hvor (?:mange|meget|mye)|hur (?:många|mycket)|ile"
            r"|сколько|скільки|كم"
            r"|kaç|bao nhiêu)\b|多少|几|幾|いくつ|몇|何[人個回件名台]",
        ),
        (
            AnswerType.PERSON,
            r"\b(?:who|whom|wer|wem|wen|qui|quién|quiénes|chi|quem|wie is|wie zijn|hvem|vem"
            r"|kto|кто|хто"
            r"|من هو|من هي|kim)\b|誰|谁|누구",
        ),
        (
            AnswerType.REASON,
            r"\b(?:why|what (?:was|is) the reason|for what reason|warum|wieso|weshalb"
            r"|pourquoi|por qué"
            r"|perché|por que|porque|waarom|hvorfor|varför|dlaczego|почему|зачем|чому|لماذا"
            r"|neden|tại sao)"
            r"\b|なぜ|どうして|为什么|왜",
        ),
    )
)
_UNITS = "|".join(
    sorted(
        {re.escape(w) for listed, _ in TIME_UNITS.values() for w in listed.split()},
        key=len,
        reverse=True,
    )
)
_MONTHS = (
    "jan|feb|fév|fev|mär|mar|apr|abr|avr|mai|may|maj|jun|jui|jul|aug|ago|aoû|sep|set|okt"
    "|oct|out|ott|nov"
    "|dec|dez|déc|dic|des|ene|gen|giu|lug|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек"
)
_SAYS = {
    AnswerType.MONEY: re.compile(
        r"[$€£¥₹₩₽]\s?\d|\d[\d.,]{0,30}+\s?(?:[$€£¥₹₩₽]|(?:euros?|dollars?|pounds?|eur|usd|gbp"
        r"|chf|nok|sek|dkk|yen"
        r"|cents?|million|руб)\b|[万億亿千百]?[円元원])|\b(?:eur|usd|gbp|chf|nok|sek|dkk|jpy)\b.{0,3}\d"
        r"|\b(?:price|cost|fee|preis|prix|precio|prezzo|preço)\w*\b[^.]{0,30}\d",
        re.IGNORECASE,
    ),
    AnswerType.DURATION: re.compile(
        rf"\b(?:\d[\d.,]{{0,30}}+|one|two|three|four|five|six|seven|eight|nine|ten|twelve"
        rf"|ein(?:e[nms]?)?|zwei|drei"
        rf"|vier|fünf|sechs|un|deux|trois|dos|tres|due"
        rf"|tre)\)?[\s-]{{1,3}}(?:[\w]{{1,12}}\s)?(?:{_UNITS})\b"
        r"|\d{1,9}\s?(?:年|か月|ヶ月|个月|週間|日間|時間|天|小时|년|개월|일|시간)",
        re.IGNORECASE,
    ),
    AnswerType.DATE: re.compile(
        rf"\b(?:1\d|20)\d\d\b|\b\d{{1,2}}[./]\s?\d{{1,2}}[./]\s?\d{{2,4}}"
        rf"|\b(?:{_MONTHS})[^\W\d_]{{0,8}}\.?\s\d"
        rf"|\d\.?(?:st|nd|rd|th)?\s(?:de\s|of\s)?(?:{_MONTHS})[^\W\d_]{{0,8}}|\d\s?[年月日時년월일시]"
        r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:diens|donners|frei|sams"
        r"|sonn|mon)tag|mittwoch"
        rf"|\bwithin\b|\b(?:{_UNITS})\b.{{0,20}}\b(?:after|before|nach|vor|après|avant)\b"
        rf"|\b\d{{1,2}}(?::\d\d|\s?[ap]\.?m|\suhr)",
        re.IGNORECASE,
    ),
    AnswerType.COUNT: re.compile(
        r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred"
        r"|thousand|zwei|drei"
        r"|vier|fünf|sechs|sieben|acht|neun|zehn|deux|trois|quatre|cinq|dos|tres|cuatro"
        r"|cinco|due|quattro"
        r"|два|две|три|четыре|пять)\b|[二三四五六七八九十]",
        re.IGNORECASE,
    ),
    AnswerType.PERSON: re.compile(
        r"\b[A-ZÀ-ÞА-Я][^\W\d_]+\s(?:[A-Z]\.\s)?[A-ZÀ-ÞА-Я][^\W\d_]+|さん|氏|先生"
    ),
    AnswerType.REASON: re.compile(
        r"\b(?:because|due to|owing to|since|so that|as a result|in order to|reason|caused?"
        r"|weil|da|denn"
        r"|wegen|aufgrund|damit|parce que|car|afin|grâce à|porque|debido|perché|poiché"
        r"|omdat|fordi"
        r"|eftersom|bo|ponieważ|потому|из-за|так как|لأن|بسبب|çünkü|vì)\b|ため|から|因为|由于|때문",
        re.IGNORECASE,
    ),
}

_WANTS_ALL = re.compile(
    r"\b(?:what(?:'s|’s| is| are)? (?:included|covered|excluded)|what (?:are|were|should|can|must"
    r"|(?:does|do|did|will|would) .{1,80}\b(?:include|cover|offer|consist|contain|require"
    r"|need|provide))\b"
    r"|(?:what|which) (?:[\w'-]{1,20} ){0,4}?[a-z]{2,20}[^su\W]s (?:are|were|did|does?|can|could"
    r"|ha(?:s|ve|d)|should|will|would|must|may|might)"
    r"|(?:what|which) (?:\w+ ){0,3}(?:steps|types?|kinds|sorts|tips|ways|benefits|services|reasons"
    r"|requirements|conditions|exceptions|features|measures|factors|documents|items|options"
    r"|examples|rules|tasks|duties|responsibilities|qualifications|limitations|exclusions)"
    r"|list|name (?:the|all|some)|enumerate|steps|tips|(?:key|main) points|summari[sz]e|summary of"
    r"|how (?:can|do|should|to|must|may|would)|welche|was (?:sind|umfasst|gehört"
    r"|beinhaltet|muss|soll)"
    r"|nenne|aufzählen|quels|quelles|que (?:comprend|couvre|faut)|énumér|cuáles"
    r"|qué (?:incluye|cubre"
    r"|debo|pasos)|enumera|quali|cosa (?:include|copre|comprende)|elenca|quais"
    r"|o que (?:inclui|cobre)"
    r"|liste|welke|wat (?:zijn|omvat|moet)|vilka|hvilke|millaisia|mitkä|jakie|które|hangi|neler"
    r"|какие|что (?:входит|включает|нужно)|які|що (?:входить|включає)|những gì|ما هي)\b"
    r"|哪些|どのような|どんな|何が含|어떤|무엇이 포함",
    re.IGNORECASE,
)
_WANTS_MORE = re.compile(
    r"\b(?:how (?!many|much|long|often|old|far|big|large|tall|high|deep|heavy|fast)|why"
    r"|explain|describe"
    r"|what (?:happens|happened|should|does .{1,80}\b(?:mean|say|do)|(?:is|are|was"
    r"|were) .{0,40}\b(?:process"
    r"|procedure|role|purpose|impact|effect|difference|approach|strategy|polic(?:y|ies)"
    r"|significance"
    r"|importance|relationship|background|implications?|aspects|considerations|challenges"
    r"|advantages|consequences))"
    r"|warum|wieso|weshalb|wie (?!viele?\b|lange|oft|hoch|alt|groß|weit|schwer|heißt)"
    r"|erkläre|beschreibe"
    r"|was passiert|was bedeutet|pourquoi|comment|explique|décri|que se passe|por qué|cómo|explica"
    r"|describ|qué (?:pasa|ocurre|significa)|perché|come|spiega|cosa (?:succede"
    r"|significa)|por que|como"
    r"|explique|descreva|waarom|hoe (?!veel|lang|vaak|oud)|leg uit|varför|hur (?!många"
    r"|mycket|länge)"
    r"|hvorfor|hvordan|miksi|miten|kuinka|dlaczego|jak|neden|nasıl|почему|зачем|как|объясни|опиши"
    r"|чому|як|поясни|tại sao|như thế nào|لماذا|كيف)\b"
    r"|如何|怎么|怎样|为什么|なぜ|どうやって|どうして|どのように|어떻게|왜",
    re.IGNORECASE,
)


_INVITES = re.compile(
    r"\b(?:(?:any|further|additional|other|more) questions|please (?:contact|call|visit|see|refer)"
    r"|(?:feel free to|do not hesitate to|don[’']t hesitate to) \w+"
    r"|for (?:more|further) information"
    r"|(?:we|i)(?:[’']re| are) (?:proud|committed|happy|pleased|here to help)"
    r"|bei (?:weiteren )?fragen|haben sie (?:noch )?fragen|wenden sie sich|weitere informationen"
    r"|pour (?:toute question|plus d[’']informations)|n[’']hésitez pas|para más información"
    r"|no dude en|si tiene (?:alguna )?preguntas?|per ulteriori informazioni|non esitate"
    r"|para (?:mais|obter) informações|neem contact op|voor meer informatie|kontakta oss"
    r"|kontakt oss|kontakt os|если у вас (?:есть|возникли) вопросы|обращайтесь)\b"
    r"|お問い合わせください|请联系|문의하",
    re.IGNORECASE,
)
_SUMS_UP = re.compile(
    r"(?:overall|in (?:conclusion|summary|short)|to sum (?:it )?up|all in all"
    r"|by (?:following|understanding|keeping|taking|being|using) [^.]{1,200} you (?:can|will)"
    r"|insgesamt|zusammenfassend|kurz gesagt|en (?:conclusion|résumé|somme)"
    r"|en (?:conclusión|resumen)"
    r"|in (?:conclusione|sintesi)|em (?:conclusão|resumo)|kortom|sammanfattningsvis"
    r"|в (?:заключение|целом)|таким образом)\b",
    re.IGNORECASE,
)
_ASKS_WHOM = re.compile(
    r"\b(?:contact|call|reach|help|questions|information|proud|kontakt\w*|wenden|joindre"
    r"|contactar|contattare|telefon\w*|phone|обратиться)\b|問い合わせ|联系|문의",
    re.IGNORECASE,
)


def says_little(text: str, question: str) -> bool:
    """Whether a text sums up what was said, praises itself, or sends its reader elsewhere.

    Where the question is whom to ask, the last is an answer.
    """
    if _SUMS_UP.match(text) is not None:
        return True
    return _INVITES.search(text) is not None and _ASKS_WHOM.search(question) is None


def asked_type(question: str) -> AnswerType | None:
    """The kind of answer that the question wants; None where any will do."""
    return next((kind for kind, asks in _ASKS if asks.search(question)), None)


def says(kind: AnswerType, text: str, question: str = "") -> bool:
    """Whether a text has something of this kind that the question does not have itself."""
    known = question.casefold()
    return any(m.group().casefold() not in known for m in _SAYS[kind].finditer(text))


def wants_all(question: str) -> bool:
    """Whether a question is for several things, so that one of a list is not the answer."""
    return _WANTS_ALL.search(question) is not None


def wants_more(question: str) -> bool:
    """Whether a question is for an explanation, which seldom is one sentence."""
    return _WANTS_MORE.search(question) is not None
