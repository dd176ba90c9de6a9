"""Localised phrases around outlines, pages and lists of files. Pure."""

import re
from dataclasses import dataclass, replace

from lodgepole.chat.localised_phrases import question_language
from lodgepole.chat.whole_documents.excerpt_phrases import EXCERPT_PHRASES


@dataclass(frozen=True, slots=True)
class OverviewPhrases:
    """Sentences of our own about whole documents.

    Attributes:
        outline: Before the outline of `{name}`.
        outlines: Before the beginnings of several files.
        page: How page `{n}` is called.
        pages: How `{n}` pages are called.
        no_page: That `{name}` has `{count}` pages and none is number `{n}`.
        no_pages: That `{name}` has no pages at all.
        no_text: That nothing can be read on page `{n}` of `{name}`.
        no_section: Before the headings of `{name}`, where none is the one asked for.
        files: Before the names of all `{n}` files.
        more: That `{n}` of what would follow are left out.
        columns: How many rows a table has, and the names of its columns.
        central: Before the most typical sentences of `{n}` parts of a text without headings.
        topic: Before what `{name}` says on one thing.
    """

    outline: str
    outlines: str
    page: str
    pages: str
    no_page: str
    no_pages: str
    no_text: str
    no_section: str
    files: str
    more: str
    columns: str
    central: str = EXCERPT_PHRASES["en"].central
    topic: str = EXCERPT_PHRASES["en"].topic


ENGLISH = OverviewPhrases(
    "I quote and do not summarise. This is an outline of {name}:",
    "I quote and do not summarise. This is how your files begin:",
    "page {n}",
    "pages: {n}",
    "{name} has {count} pages; there is no page {n}.",
    "{name} has no pages.",
    "Page {n} of {name} has no text that could be read.",
    "I found no such section in {name}. Its sections:",
    "Your files ({n}):",
    "Not shown: {n} more.",
    "Rows: {n}. Columns: {columns}",
)
_PLAIN = {
    "en": ENGLISH,
    "de": OverviewPhrases(
        "Ich zitiere und fasse nicht zusammen. Dies ist eine Gliederung von {name}:",
        "Ich zitiere und fasse nicht zusammen. So beginnen Ihre Dateien:",
        "Seite {n}",
        "Seiten: {n}",
        "{name} hat {count} Seiten; eine Seite {n} gibt es nicht.",
        "{name} hat keine Seiten.",
        "Seite {n} von {name} enthält keinen lesbaren Text.",
        "Einen solchen Abschnitt habe ich in {name} nicht gefunden. Die Abschnitte:",
        "Ihre Dateien ({n}):",
        "Nicht gezeigt: {n} weitere.",
        "Zeilen: {n}. Spalten: {columns}",
    ),
    "fr": OverviewPhrases(
        "Je cite et ne résume pas. Voici un plan de {name} :",
        "Je cite et ne résume pas. Voici le début de vos fichiers :",
        "page {n}",
        "pages : {n}",
        "{name} compte {count} pages ; il n’y a pas de page {n}.",
        "{name} n’a pas de pages.",
        "La page {n} de {name} ne contient aucun texte lisible.",
        "Je n’ai pas trouvé cette section dans {name}. Ses sections :",
        "Vos fichiers ({n}) :",
        "Non affichés : {n} autres.",
        "Lignes : {n}. Colonnes : {columns}",
    ),
    "es": OverviewPhrases(
        "Cito y no resumo. Este es un esquema de {name}:",
        "Cito y no resumo. Así empiezan sus archivos:",
        "página {n}",
        "páginas: {n}",
        "{name} tiene {count} páginas; no hay página {n}.",
        "{name} no tiene páginas.",
        "La página {n} de {name} no contiene texto legible.",
        "No he encontrado esa sección en {name}. Sus secciones:",
        "Sus archivos ({n}):",
        "Sin mostrar: {n} más.",
        "Filas: {n}. Columnas: {columns}",
    ),
    "it": OverviewPhrases(
        "Cito e non riassumo. Questo è uno schema di {name}:",
        "Cito e non riassumo. Così iniziano i tuoi file:",
        "pagina {n}",
        "pagine: {n}",
        "{name} ha {count} pagine; non c’è una pagina {n}.",
        "{name} non ha pagine.",
        "La pagina {n} di {name} non contiene testo leggibile.",
        "Non ho trovato questa sezione in {name}. Le sue sezioni:",
        "I tuoi file ({n}):",
        "Non mostrati: altri {n}.",
        "Righe: {n}. Colonne: {columns}",
    ),
    "pt": OverviewPhrases(
        "Cito e não resumo. Este é um esquema de {name}:",
        "Cito e não resumo. Assim começam os seus ficheiros:",
        "página {n}",
        "páginas: {n}",
        "{name} tem {count} páginas; não há página {n}.",
        "{name} não tem páginas.",
        "A página {n} de {name} não contém texto legível.",
        "Não encontrei essa secção em {name}. As suas secções:",
        "Os seus ficheiros ({n}):",
        "Não mostrados: mais {n}.",
        "Linhas: {n}. Colunas: {columns}",
    ),
    "nl": OverviewPhrases(
        "Ik citeer en vat niet samen. Dit is een overzicht van {name}:",
        "Ik citeer en vat niet samen. Zo beginnen uw bestanden:",
        "pagina {n}",
        "pagina’s: {n}",
        "{name} heeft {count} pagina’s; er is geen pagina {n}.",
        "{name} heeft geen pagina’s.",
        "Pagina {n} van {name} bevat geen leesbare tekst.",
        "Ik heb in {name} geen zulk deel gevonden. De delen:",
        "Uw bestanden ({n}):",
        "Niet getoond: nog {n}.",
        "Rijen: {n}. Kolommen: {columns}",
    ),
    "sv": OverviewPhrases(
        "Jag citerar och sammanfattar inte. Detta är en översikt över {name}:",
        "Jag citerar och sammanfattar inte. Så börjar dina filer:",
        "sida {n}",
        "sidor: {n}",
        "{name} har {count} sidor; det finns ingen sida {n}.",
        "{name} har inga sidor.",
        "Sida {n} i {name} har ingen läsbar text.",
        "Jag hittade inget sådant avsnitt i {name}. Dess avsnitt:",
        "Dina filer ({n}):",
        "Visas inte: {n} till.",
        "Rader: {n}. Kolumner: {columns}",
    ),
    "da": OverviewPhrases(
        "Jeg citerer og sammenfatter ikke. Dette er en oversigt over {name}:",
        "Jeg citerer og sammenfatter ikke. Sådan begynder dine filer:",
        "side {n}",
        "sider: {n}",
        "{name} har {count} sider; der er ingen side {n}.",
        "{name} har ingen sider.",
        "Side {n} i {name} har ingen læsbar tekst.",
        "Jeg fandt ikke et sådant afsnit i {name}. Dens afsnit:",
        "Dine filer ({n}):",
        "Ikke vist: {n} mere.",
        "Rækker: {n}. Kolonner: {columns}",
    ),
    "no": OverviewPhrases(
        "Jeg siterer og oppsummerer ikke. Dette er en oversikt over {name}:",
        "Jeg siterer og oppsummerer ikke. Slik begynner filene dine:",
        "side {n}",
        "sider: {n}",
        "{name} har {count} sider; det finnes ingen side {n}.",
        "{name} har ingen sider.",
        "Side {n} i {name} har ingen lesbar tekst.",
        "Jeg fant ikke et slikt avsnitt i {name}. Avsnittene:",
        "Filene dine ({n}):",
        "Ikke vist: {n} til.",
        "Rader: {n}. Kolonner: {columns}",
    ),
    "fi": OverviewPhrases(
        "Lainaan enkä tee tiivistelmää. Tämä on jäsennys tiedostosta {name}:",
        "Lainaan enkä tee tiivistelmää. Näin tiedostosi alkavat:",
        "sivu {n}",
        "sivuja: {n}",
        "Tiedostossa {name} on {count} sivua; sivua {n} ei ole.",
        "Tiedostossa {name} ei ole sivuja.",
        "Tiedoston {name} sivulla {n} ei ole luettavaa tekstiä.",
        "Tällaista osaa ei löytynyt tiedostosta {name}. Sen osat:",
        "Tiedostosi ({n}):",
        "Näyttämättä: {n} muuta.",
        "Rivejä: {n}. Sarakkeet: {columns}",
    ),
    "pl": OverviewPhrases(
        "Cytuję i nie streszczam. To zarys dokumentu {name}:",
        "Cytuję i nie streszczam. Tak zaczynają się Twoje pliki:",
        "strona {n}",
        "strony: {n}",
        "Liczba stron {name}: {count}; nie ma strony {n}.",
        "{name} nie ma stron.",
        "Strona {n} pliku {name} nie zawiera czytelnego tekstu.",
        "Nie znalazłem takiej części w {name}. Jego części:",
        "Twoje pliki ({n}):",
        "Niepokazane: jeszcze {n}.",
        "Wiersze: {n}. Kolumny: {columns}",
    ),
    "tr": OverviewPhrases(
        "Alıntı yaparım, özetlemem. {name} için bir taslak:",
        "Alıntı yaparım, özetlemem. Dosyalarınız şöyle başlıyor:",
        "sayfa {n}",
        "sayfa sayısı: {n}",
        "{name} {count} sayfadır; {n}. sayfa yok.",
        "{name} dosyasında sayfa yok.",
        "{name} dosyasının {n}. sayfasında okunabilir metin yok.",
        "{name} içinde böyle bir bölüm bulamadım. Bölümleri:",
        "Dosyalarınız ({n}):",
        "Gösterilmeyen: {n} tane daha.",
        "Satır: {n}. Sütunlar: {columns}",
    ),
    "ru": OverviewPhrases(
        "Я цитирую и не пересказываю. Вот план документа {name}:",
        "Я цитирую и не пересказываю. Так начинаются ваши файлы:",
        "страница {n}",
        "страниц: {n}",
        "В {name} страниц: {count}; страницы {n} нет.",
        "В {name} нет страниц.",
        "На странице {n} в {name} нет читаемого текста.",
        "Такого раздела в {name} не нашлось. Его разделы:",
        "Ваши файлы ({n}):",
        "Не показано: ещё {n}.",
        "Строк: {n}. Столбцы: {columns}",
    ),
    "uk": OverviewPhrases(
        "Я цитую і не переказую. Ось план документа {name}:",
        "Я цитую і не переказую. Так починаються ваші файли:",
        "сторінка {n}",
        "сторінок: {n}",
        "У {name} сторінок: {count}; сторінки {n} немає.",
        "У {name} немає сторінок.",
        "На сторінці {n} у {name} немає читабельного тексту.",
        "Такого розділу в {name} не знайшлося. Його розділи:",
        "Ваші файли ({n}):",
        "Не показано: ще {n}.",
        "Рядків: {n}. Стовпці: {columns}",
    ),
    "zh": OverviewPhrases(
        "我只引用原文，不做总结。以下是{name}的提要：",
        "我只引用原文，不做总结。以下是各文件的开头：",
        "第{n}页",
        "页数：{n}",
        "{name}共有{count}页，没有第{n}页。",
        "{name}没有分页。",
        "{name}的第{n}页没有可读的文字。",
        "在{name}中没有找到这一章节。其章节有：",
        "您的文件（{n}）：",
        "另有{n}项未显示。",
        "行数：{n}。列：{columns}",
    ),
    "ja": OverviewPhrases(
        "引用のみで、要約はいたしません。{name}の概略：",
        "引用のみで、要約はいたしません。各ファイルの冒頭：",
        "{n}ページ",
        "ページ数：{n}",
        "{name}は{count}ページで、{n}ページはありません。",
        "{name}にはページがありません。",
        "{name}の{n}ページには読み取れる文字がありません。",
        "{name}にその章は見つかりませんでした。章の一覧：",
        "お手元のファイル（{n}）：",
        "ほか{n}件は省略しました。",
        "行数：{n}。列：{columns}",
    ),
    "ko": OverviewPhrases(
        "인용만 하고 요약하지 않습니다. {name}의 개요:",
        "인용만 하고 요약하지 않습니다. 각 파일의 첫 부분:",
        "{n}페이지",
        "페이지 수: {n}",
        "{name}은(는) {count}페이지이며 {n}페이지는 없습니다.",
        "{name}에는 페이지가 없습니다.",
        "{name}의 {n}페이지에는 읽을 수 있는 글이 없습니다.",
        "{name}에서 그런 부분을 찾지 못했습니다. 목차:",
        "파일 목록({n}):",
        "표시하지 않은 항목: {n}개.",
        "행: {n}. 열: {columns}",
    ),
    "ar": OverviewPhrases(
        "أقتبس ولا ألخص. هذا مخطط {name}:",
        "أقتبس ولا ألخص. هكذا تبدأ ملفاتك:",
        "صفحة {n}",
        "عدد الصفحات: {n}",
        "عدد صفحات {name} هو {count}، ولا توجد صفحة {n}.",
        "لا صفحات في {name}.",
        "لا نص مقروء في الصفحة {n} من {name}.",
        "لم أجد هذا القسم في {name}. أقسامه:",
        "ملفاتك ({n}):",
        "لم يُعرض: {n} أخرى.",
        "الصفوف: {n}. الأعمدة: {columns}",
    ),
    "vi": OverviewPhrases(
        "Tôi trích dẫn chứ không tóm tắt. Đây là đề cương của {name}:",
        "Tôi trích dẫn chứ không tóm tắt. Các tệp của bạn bắt đầu như sau:",
        "trang {n}",
        "số trang: {n}",
        "{name} có {count} trang; không có trang {n}.",
        "{name} không có trang.",
        "Trang {n} của {name} không có chữ nào đọc được.",
        "Tôi không tìm thấy phần đó trong {name}. Các phần:",
        "Các tệp của bạn ({n}):",
        "Không hiển thị: còn {n}.",
        "Số dòng: {n}. Cột: {columns}",
    ),
}


_PHRASES = {
    code: replace(ours, central=EXCERPT_PHRASES[code].central, topic=EXCERPT_PHRASES[code].topic)
    for code, ours in _PLAIN.items()
}
_LETTERS = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0621-\u064a]")),
    ("uk", re.compile("[іїєґІЇЄҐ]")),
    ("ru", re.compile("[а-яА-Я]")),
)


def overview_phrases(question: str) -> OverviewPhrases:
    """The sentences in the question's language; in English where that is not clear."""
    return _PHRASES[language_of(question)]


def language_of(question: str) -> str:
    """The question's language, or what most mean who write in its letters; English at last."""
    language = question_language(question)
    if language in _PHRASES:
        return language
    return next((code for code, letters in _LETTERS if letters.search(question)), "en")
