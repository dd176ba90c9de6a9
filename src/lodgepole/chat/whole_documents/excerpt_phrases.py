"""Localised introductions to sentences that sum up a document or a topic."""

from typing import NamedTuple


class ExcerptPhrases(NamedTuple):
    """Sentences of our own before chosen ones.

    Attributes:
        central: That each of `{n}` sentences is the most typical of its part of a text that has
            no headings.
        topic: Before what `{name}` says on the thing asked about, in its order.
    """

    central: str
    topic: str


EXCERPT_PHRASES = {
    "en": ExcerptPhrases(
        "It has no headings. The most typical sentence of each of {n} parts, in their order:",
        "I quote and do not summarise. On this, {name} says, in its order:",
    ),
    "de": ExcerptPhrases(
        "Ohne Überschriften. Der typischste Satz aus jedem von {n} Teilen, der Reihe nach:",
        "Ich zitiere und fasse nicht zusammen. Dazu sagt {name}, der Reihe nach:",
    ),
    "fr": ExcerptPhrases(
        "Sans titres. La phrase la plus typique de chacune des {n} parties, dans l’ordre :",
        "Je cite et ne résume pas. À ce sujet, {name} dit, dans l’ordre :",
    ),
    "es": ExcerptPhrases(
        "No tiene títulos. La frase más típica de cada una de las {n} partes, en su orden:",
        "Cito y no resumo. Sobre esto, {name} dice, en su orden:",
    ),
    "it": ExcerptPhrases(
        "Non ha titoli. La frase più tipica di ciascuna delle {n} parti, in ordine:",
        "Cito e non riassumo. Su questo, {name} dice, in ordine:",
    ),
    "pt": ExcerptPhrases(
        "Não tem títulos. A frase mais típica de cada uma das {n} partes, por ordem:",
        "Cito e não resumo. Sobre isto, {name} diz, por ordem:",
    ),
    "nl": ExcerptPhrases(
        "Er zijn geen koppen. De meest typerende zin van elk van {n} delen, op volgorde:",
        "Ik citeer en vat niet samen. Hierover zegt {name}, op volgorde:",
    ),
    "sv": ExcerptPhrases(
        "Rubriker saknas. Den mest typiska meningen ur var och en av {n} delar, i ordning:",
        "Jag citerar och sammanfattar inte. Om detta säger {name}, i ordning:",
    ),
    "da": ExcerptPhrases(
        "Der er ingen overskrifter. Den mest typiske sætning fra hver af {n} dele, i rækkefølge:",
        "Jeg citerer og sammenfatter ikke. Herom siger {name}, i rækkefølge:",
    ),
    "no": ExcerptPhrases(
        "Uten overskrifter. Den mest typiske setningen fra hver av {n} deler, i rekkefølge:",
        "Jeg siterer og oppsummerer ikke. Om dette sier {name}, i rekkefølge:",
    ),
    "fi": ExcerptPhrases(
        "Otsikoita ei ole. Tyypillisin virke kustakin {n} osasta, järjestyksessä:",
        "Lainaan enkä tee tiivistelmää. Tästä sanotaan tiedostossa {name}, järjestyksessä:",
    ),
    "pl": ExcerptPhrases(
        "Nie ma nagłówków. Najbardziej typowe zdanie z każdej z {n} części, po kolei:",
        "Cytuję i nie streszczam. O tym mówi {name}, po kolei:",
    ),
    "tr": ExcerptPhrases(
        "Başlık yok. {n} bölümün her birinden en tipik cümle, sırayla:",
        "Alıntı yaparım, özetlemem. {name} bu konuda sırayla şunları söylüyor:",
    ),
    "ru": ExcerptPhrases(
        "Заголовков нет. Самое характерное предложение из каждой из {n} частей, по порядку:",
        "Я цитирую и не пересказываю. Об этом говорится в {name}, по порядку:",
    ),
    "uk": ExcerptPhrases(
        "Заголовків немає. Найхарактерніше речення з кожної з {n} частин, по порядку:",
        "Я цитую і не переказую. Про це йдеться у {name}, по порядку:",
    ),
    "zh": ExcerptPhrases(
        "该文件没有标题。以下依次是 {n} 个部分中各自最具代表性的句子：",
        "我只引用原文，不做总结。{name} 对此依次写道：",
    ),
    "ja": ExcerptPhrases(
        "見出しはありません。{n}個の部分それぞれの最も典型的な文を順に示します：",
        "引用のみで、要約はいたしません。これについて{name}には順に次の記載があります：",
    ),
    "ko": ExcerptPhrases(
        "제목이 없습니다. {n}개 부분에서 각각 가장 대표적인 문장을 순서대로 보입니다:",
        "인용만 하고 요약하지 않습니다. 이에 대해 {name}에는 순서대로 다음과 같이 적혀 있습니다:",
    ),
    "ar": ExcerptPhrases(
        "لا توجد عناوين. أكثر الجمل تمثيلا لكل جزء من {n} أجزاء، بالترتيب:",
        "أقتبس ولا ألخص. يقول {name} عن هذا، بالترتيب:",
    ),
    "vi": ExcerptPhrases(
        "Không có tiêu đề. Câu tiêu biểu nhất của từng phần trong {n} phần, theo thứ tự:",
        "Tôi trích dẫn chứ không tóm tắt. Về điều này, {name} viết, theo thứ tự:",
    ),
}
