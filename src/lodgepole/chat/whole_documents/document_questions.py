"""Recognises questions for the gist, a page, a section or all files. Pure.

What remains of the question besides must name a file or a heading, or it is a question like any
other: `What is on page 2?` and `What is on page 2 of the handbook?`, but not `Who signed page 2?`
"""

import re
from dataclasses import dataclass
from typing import Literal

from lodgepole.text.words import content_stems, stem, stems_of, words

MOST_POINTED = 1  # words of what `this` is said of: `this supply contract` may be another one
MOST_PAGES = 4  # of those that a question asks for at once
_GIST = re.compile(
    r"\b(?:summari[sz]e|summary|summaries|main (?:points?|topics?|contents?|ideas?)"
    r"|key (?:points?|takeaways?|facts)"
    r"|(?:over|out)(?:view|line)|table of contents|tl;?dr|gist|worum (?:geht|handelt)"
    r"|wovon handelt"
    r"|fass(?:e|en|t)?\b.{1,80}\bzusammen|zusammen(?:ge)?fass\w{0,4}|übersicht|überblick"
    r"|gliederung"
    r"|inhaltsverzeichnis|(?:haupt|kern)punkte|wichtigsten punkte"
    r"|de quoi (?:parle(?:nt)?|traite(?:nt)?|s.agit.il)"
    r"|résume[rz]?\b|résumés?|aperçu|points (?:principaux|clés|essentiels)"
    r"|de qué (?:tratan?|van?|hablan?)"
    r"|resum(?:en|ir|e|a|o|es)\b|puntos (?:principales|clave)|esquema"
    r"|di (?:che )?cosa (?:parlan?o?|trattan?o?)|riassu\w{1,8}|panoramica"
    r"|punti (?:principali|chiave)|(?:do|de) que tratam?|sobre o que é|pontos principais"
    r"|waar gaat\b.{1,80}\bover|samenvat\w{1,6}|vat\b.{1,80}\bsamen|overzicht|hoofdpunten"
    r"|sammanfatt\w{0,6}|vad handlar|huvudpunkter\w{0,2}|sammenfatt\w{0,6}|hvad handler"
    r"|hva handler|opsummer\w{0,4}|oppsummer\w{0,4}|hovedpunkter\w{0,2}|oversigt|oversikt"
    r"|tiivist\w{1,8}|yhteenveto|mistä .{1,60}\b(?:kertoo|käsittelee)|o czym (?:jest|mówi)"
    r"|streść|streszczenie|podsumuj|özetle\w{0,3}|özeti?|ne hakkında|ana (?:noktalar|fikir)\w{0,3}"
    r"|о ч[её]м|кратко излож\w{0,3}|резюм\w{1,6}|обзор|основные (?:моменты|тезисы|пункты)"
    r"|про що|підсумуй|короткий зміст|огляд|tóm tắt|nói về (?:gì|điều gì)|nội dung chính)\b"
    r"|总结|總結|概括|概述|摘要|主要内容|讲了?什么|是关于什么|関して述べ|要約|概要|まとめて|何について"
    r"|何の(?:文書|資料)|要点|요약|무엇에 관한|개요|لخص|ملخص|عم يتحدث|عن ماذا|النقاط الرئيسية",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:what(?:'s|’s| is| are| was| were)\s.{1,80}\babout|what do(?:es)?\s.{1,80}\b(?:cover|"
    r"discuss|deal with|talk about|contain|say)|what(?:'s|’s| is) (?:in|inside)\s"
    r"|what kind of\s.{0,20}(?:document|file|text)|(?:describe|explain)\s"
    r"|was steht in|was enthält|que (?:contient|dit)|qué (?:contiene|dice)"
    r"|cosa (?:contiene|dice)|o que (?:contém|diz)|wat staat er in|vad står i|hvad står i"
    r"|hva står i|что (?:написано )?в|що (?:написано )?в)",
    re.IGNORECASE,
)
"""Asks for the gist only where all else that is said names a file or a heading."""
_PAGE_WORD = (
    r"(?:pages?|pp?\.|seiten?|páginas?|paginas?|paginat?|pagine|sid(?:a|an|or|e|en|er)|strona|stronie"
    r"|strony|sivu\w{0,4}|sayfa\w{0,4}|trang|страниц\w{1,3}|сторінц\w{1,3}|сторінк\w{1,3}|(?:ال)?صفحة)"
)
_PAGE = re.compile(
    rf"\b{_PAGE_WORD}\s{{0,2}}(?P<first>\d{{1,5}})\b"
    rf"(?:\s?(?:-|–|to|and|until|bis|und|à|et|a|y|e|en|och|og|і|и)\s?(?P<last>\d{{1,5}})\b)?"
    rf"|\b(?P<ordinal>\d{{1,4}})(?:st|nd|rd|th|\.|ª|e|ème|:a)?\s{_PAGE_WORD}"
    r"|第?(?P<east>\d{1,5})\s?(?:页|頁|ページ)|(?P<korean>\d{1,5})\s?(?:페이지|쪽)",
    re.IGNORECASE,
)
_PAGE_IN_WORDS = re.compile(
    r"\b(first|second|third|last|erste[nr]?|zweite[nr]?|dritte[nr]?|letzte[nr]?|première|dernière"
    r"|primera|última|prima|ultima|primeira)\s(?:page|seite|página|pagina)\b"
    r"|\bpage\s(one|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
LAST_PAGE = -1
_IN_WORDS = {
    **dict.fromkeys(
        ["first", "erste", "ersten", "erster", "première", "primera", "prima", "primeira", "one"],
        1,
    ),
    **dict.fromkeys("second zweite zweiten zweiter two".split(), 2),  # noqa: SIM905
    **dict.fromkeys("third dritte dritten dritter three".split(), 3),  # noqa: SIM905
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    **dict.fromkeys(
        ["last", "letzte", "letzten", "letzter", "dernière", "última", "ultima"],
        LAST_PAGE,
    ),
}
_SECTION_WORD = (
    r"(?:section|chapter|clause|article|annex|appendix|abschnitt|kapitel|kapitlet|artikel|anhang"
    r"|sección|capítulo|sezione|capitolo|seção|secção|chapitre|hoofdstuk|paragraaf|avsnitt|afsnit"
    r"|luku|luvu\w{1,3}|rozdzia\w{1,3}|bölüm\w{0,3}|раздел\w{0,2}|глав\w{1,2}|розділ\w{0,2}|chương"
    r"|القسم|الفصل|paragraph|paragraf|§)"
)
_SECTION = re.compile(
    rf"(?:\b|(?=§)){_SECTION_WORD}\s{{0,2}}(?P<number>[a-z]?\d{{1,3}}(?:\.\d{{1,3}}){{0,3}})\b"
    r"|第(?P<east>\d{1,3})(?:章|节|節|条|條)|제?(?P<korean>\d{1,3})(?:장|절|조)"
    rf"|\b{_SECTION_WORD}\s(?:on|about|over|über|zu[mr]?|sur|sobre|su[l]?|om|o|об|про|titled|called"
    r"|named|mit dem titel|intitulée?)\s(?P<topic>.{2,80})"
    rf"|\b{_SECTION_WORD}\s[\"'“„«](?P<quoted>[^\"'”“»]{{2,80}})[\"'”“»]"
    r"|\b(?:the|den|der|das)\s(?P<before>[^\s]{2,30}(?:\s[^\s]{1,30}){0,4})\s(?:section|chapter)\b",
    re.IGNORECASE,
)
_OF_FILE = re.compile(r"\s(?:of|in|from|von|aus|im|de|du|del|della|do|da|van|uit)\s(?:the\s)?")
_FILES = re.compile(
    r"\b(?:(?:what|which|how many|list|show|name|welche|wie ?viele|liste|zeige?|nenne|quels|quelles"
    r"|combien|listez?|qué|cuáles|cuántos|lista|muestra|quali|quanti|elenca|quais|quantos|liste"
    r"|welke|hoeveel|vilka|hur många|hvilke|hvor mange|mitä|mitkä|montako|jakie|ile|hangi|kaç"
    r"|какие|сколько|які|скільки|những|bao nhiêu|ما هي|كم)\b.{0,40}?\s"
    r"(?:files?|documents?|docs|uploads|dateien|dokumente?|unterlagen|fichiers|archivos|documentos"
    r"|documenti|ficheiros|arquivos|bestanden|documenten|filer|dokumenter|dokument"
    r"|tiedosto\w{0,3}|asiakirj\w{0,4}|pliki|plików|dokumenty|dosya\w{0,4}|belge\w{0,4}"
    r"|файл\w{0,2}|документ\w{0,2}|tệp|tài liệu|ملفات|الملفات|مستندات|المستندات))\b"
    r"|(?:哪些|什么|多少|所有)(?:文件|文档|资料)|(?:文件|文档)(?:有哪些|列表)"
    r"|(?:どんな|どの|全ての|すべての)(?:ファイル|文書|資料)|(?:ファイル|文書)(?:の一覧|は何)"
    r"|(?:어떤|무슨|모든) ?(?:파일|문서)|(?:파일|문서) ?목록",
    re.IGNORECASE,
)
_ALL_FILES = re.compile(
    r"\b(?:(?:all|every|each|these|those|the|my|our|alle[rn]?|aller|diese[rn]?|meine[rn]?|die|tous"
    r"|toutes|ces|mes|les|todos|todas|estos|mis|los|tutti|questi|i|os|meus|estes|deze|mijn|alla"
    r"|dessa|mina|disse|mine|все|эти|мои|всі|ці)\s(?:of\s)?(?:the\s|my\s|les\s|los\s|i\s|os\s"
    r"|de\s|meine\s|meiner\s|der\s)?"
    r"(?:files|documents|docs|uploads|dateien|dokumente[n]?|unterlagen|fichiers|documents"
    r"|archivos|documentos|documenti|file|ficheiros|arquivos|bestanden|documenten|filer|filerna"
    r"|dokumenten|dokumenter|dokumenterne|файлы|документы|файли|документи)"
    r"|everything|alles|tout|todo|tutto)\b|所有|全部|すべて|全て|모든",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"\b(?:what|tell|show|give|read|quote|cite|describe|is|was|zeige?|lies|zitiere|que|quoi|qu.est"
    r"|montre|qué|muestra|cosa|mostra|o que|wat|toon|hvad|hva|vad|visa|vis|mitä|co|ne|что|покажи"
    r"|що|gì|ما|ماذا)\b|什么|何|무엇|뭐|ما",
    re.IGNORECASE,
)
_THIS = re.compile(
    r"\b(?:this|dies(?:e[srmn]?)?|cet(?:te)?|ce|est[ea]|quest[oa]|est[ea]|dit|deze|denna|detta"
    r"|denne|dette|tämä|tämän|ten|ta|tego|bu|эт(?:от|ой|ом|а|о)|цей|це|này|هذا|هذه)\b"
    r"|这|這|この|이 ",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    map(
        stem,
        """
        what is are was say says said state states contain contains content contents write written
        stand found find show tell give read quote list have there exist available upload uploaded
        load loaded know see access short brief briefly quick please can could kind sort
        type do you
        i me us document documents file files doc docs pdf text page pages whole entire full
        complete all every each everything overall section chapter paper report explain describe
        many much how which my our your
        cover covers discuss deal talk main key point points topic topics summary summarize outline
        overview title name names this that it one any
        steht stehen geschrieben enthalten enthält inhalt datei dateien dokument dokumente
        dokuments dokumenten unterlagen text seite seiten ganze ganzen gesamte alle allen
        bitte kurz
        zeige zeig nenne liste gibt hast habe liegen vor handelt geht abschnitt kapitel mir einmal
        diese dieser dieses diesem diesen welche welches welchen meine meinen meiner unsere
        hochgeladen verfügbar thema zitiere gib sagt um
        fichier fichiers document documents contient contenu écrit dit page texte tout tous avez ai
        quels quelles cet cette ces mes disponibles montre donne liste chapitre section
        bref parle traite agit
        archivo archivos documento documentos contiene contenido dice escrito página texto todo
        qué cuáles cuántos este esta estos mis todos tienes tengo hay disponibles muestra
        dame lista sección capítulo trata habla
        file documenti contenuto contiene dice scritto pagina testo tutti hai ho sono disponibili
        cosa quali quale quanti ci che questo questa miei mostra elenca parla tratta
        capitolo sezione
        ficheiro ficheiros arquivo arquivos conteúdo contém diz tens tenho tem disponíveis
        bestand bestanden documenten inhoud bevat staat zegt pagina tekst alle heb hebt zijn er
        beschikbaar welke deze dit mijn hoeveel toon geef hoofdstuk gaat
        fil filer filerna filen dokumentet dokumenten dokumenter dokumenterne dokumentene innehåll
        indhold innhold står handlar handler om sida sidan side siden har finns findes finnes vilka
        hvilke avsnitt kapitel
        tiedosto tiedostot tiedostoja asiakirja asiakirjat asiakirjoja asiakirjan sivu sivulla on
        plik pliki dokument dokumenty dokumentu masz jest strona stronie czym
        dosyayı belgeyi dosyanın kaç hangi dosya dosyalar dosyada belge belgeler belgede
        belgenin sayfa sayfada var yazıyor nedir
        файл файлы файла файле документ документы документа документе есть написано страница
        странице страницы говорится речь идет
        документи файли сторінка сторінці написано йдеться є
        tệp tài liệu trang có này viết
        ملف ملفات الملفات الملف مستند المستند مستندات المستندات صفحة الصفحة مكتوب لديك لدي هذا
        """.split(),  # noqa: SIM905  a list of quoted words is no easier to read
    )
)
KINDS = frozenset(
    map(
        stem,
        """
        contract agreement handbook manual guide policy letter email mail invoice article book
        presentation slides deck minutes spreadsheet sheet table memo brochure leaflet form thesis
        vertrag vertrags handbuch handbuchs anleitung richtlinie brief rechnung artikel buch
        buches präsentation folien protokoll protokolls tabelle bericht berichts
        contrat manuel lettre facture livre rapport présentation tableau
        contrato manual carta factura libro informe presentación tabla
        contratto manuale lettera fattura libro relazione presentazione tabella
        relatório livro apresentação tabela overeenkomst handleiding brief factuur boek verslag
        avtal handbok kontrakt håndbog håndbok rapport договор руководство отчет отчёт книга
        """.split(),  # noqa: SIM905
    )
)
"""Words for what a file may be, which need not be in its name."""
_GENERIC_CHARS = re.compile(
    "哪些|些|文書|文档|文件|资料|資料|ファイル|ページ|第|页|頁|内容|書かれて|书|写|書|章|节|節|条|一覧|全部|所有|"
    "全て|总结|要約|概要|摘要|概括|主要|要点|파일|문서|페이지|내용|요약|목록|모든|개요|무엇|어떤|있|나요|해|주세|쓰여"
)

Kind = Literal["files", "everything", "outline", "page", "section"]


@dataclass(frozen=True, slots=True)
class Gist:
    """What is asked of whole documents.

    Attributes:
        kind: All files by name; all by how they begin; one as a whole; pages or a section of one.
        rest: Stems that name a file or a heading, or else make it another question.
        pages: Numbers from 1, or `LAST_PAGE`.
        number: Of the section that is asked for.
        title: Stems of what names the section.
        sure: Whether a word for summing up is used.
        points: Whether it says `this` of what is meant.
    """

    kind: Kind
    rest: frozenset[str] = frozenset()
    pages: tuple[int, ...] = ()
    number: str = ""
    title: frozenset[str] = frozenset()
    sure: bool = True
    points: bool = False


def asked_gist(question: str) -> Gist | None:
    """What of whole documents the question asks for; None where it asks something else."""
    return _asked_pages(question) or _asked_section(question) or _asked_whole(question)


def asks_of_documents(question: str) -> bool:
    """Whether nothing but the gist, a page, a section or the list of files is asked for."""
    gist = asked_gist(question)
    return gist is not None and (gist.sure or not gist.rest)


def _asked_pages(question: str) -> Gist | None:
    page = _PAGE.search(question)
    pages: tuple[int, ...] = ()
    if page is not None:
        found = [int(n) for n in page.groups() if n]
        last = min(found[-1], found[0] + MOST_PAGES - 1)
        pages = tuple(range(found[0], last + 1)) or (found[0],)
    else:
        page = _PAGE_IN_WORDS.search(question)
        if page is not None:
            pages = (_IN_WORDS[next(filter(None, page.groups())).casefold()],)
    if page is None or not (_SHOWS.search(question) or _GIST.search(question)):
        return None
    rest = _rest(f"{question[: page.start()]} {question[page.end() :]}")
    return Gist("page", rest, pages=pages, sure=False)


def _asked_section(question: str) -> Gist | None:
    section = _SECTION.search(question)
    if section is None or not (_SHOWS.search(question) or _GIST.search(question)):
        return None
    number = section["number"] or section["east"] or section["korean"] or ""
    title = (section["topic"] or section["quoted"] or section["before"] or "").strip(" ?？.!")
    after = ""
    if section["topic"]:
        title, *of_file = _OF_FILE.split(title, maxsplit=1)
        after = " ".join(of_file)
    named = _rest(title) or frozenset(stems_of(title))
    rest = _rest(f"{question[: section.start()]} {after} {question[section.end() :]}")
    return Gist("section", rest, number=number, title=named, sure=False)


def _asked_whole(question: str) -> Gist | None:
    gist = _GIST.search(question)
    about = _ABOUT.search(question)
    rest = _rest(_GIST.sub(" ", question))
    if (gist or about) and _ALL_FILES.search(question):
        return None if rest else Gist("everything")
    points = _THIS.search(question) is not None and len(rest) <= MOST_POINTED
    if gist:
        return Gist("outline", rest, points=points)
    if not about and not rest and _FILES.search(question):
        return Gist("files")
    return Gist("outline", rest, sure=False, points=points) if about else None


def _rest(question: str) -> frozenset[str]:
    """Stems of what is said besides asking for something of a document."""
    plain = _GENERIC_CHARS.sub(" ", question)
    return frozenset(content_stems(words(plain)) - _GENERIC)
