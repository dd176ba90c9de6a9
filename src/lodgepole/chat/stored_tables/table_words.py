"""Vocabulary of table questions by language: aggregation, comparison, row queries."""

import re
from typing import Literal

from lodgepole.text.words import stem

Operation = Literal["count", "sum", "average", "highest", "lowest", "rows"]
_COUNT = (
    r"how many|number of|count(?: of)?|wie ?viele?|anzahl|combien(?: de| d['’])?|nombre de"
    r"|cuánt[oa]s|número de|quant[ie]|numero di|quant[oa]s|hoeveel|aantal|hur många|antal(?:et)?"
    r"|hvor mange|montako|ile|kaç|сколько|количество|число|скільки|кількість|bao nhiêu"
)
_WORDS: tuple[tuple[Operation, str], ...] = (
    (
        "average",
        r"\b(?:average|mean|durchschnitt\w{0,8}|mittelwert|moyenn\w{1,2}|en moyenne"
        r"|promedio|media"
        r"|média|gemiddeld\w?|genomsnitt\w{0,3}|gennemsnit\w{0,3}|gjennomsnitt\w{0,3}"
        r"|keskiarvo"
        r"|średni\w{1,3}|ortalama|средн\w{2,4}|середн\w{2,4}|trung bình)\b|平均|평균|متوسط",
    ),
    (
        "highest",
        r"\b(?:highest|largest|biggest|greatest|most expensive|priciest|dearest|maximum"
        r"|max|most"
        r"|longest|tallest|heaviest|fastest|latest|newest|most recent"
        r"|höchste[nrsm]?|größte[nrsm]?|teuerste[nrsm]?|meisten?|längste[nrsm]?|neueste[nrsm]?"
        r"|(?:le|la|les) plus (?:élevée?|hauts?|haute|chère?|cher|grande?|longue?|récente?)"
        r"|le plus de"
        r"|(?:más|mais|più) (?:altos?|altas?|caros?|caras?|cara|grandes?|largo|reciente)|mayor"
        r"|maggiore|maior|hoogste|grootste|duurste|meeste|langste|högst\w?|störst\w?|dyraste?"
        r"|flest\w?|mest|højeste|største|høyeste|dyreste|korkein|suurin|kallein|eniten"
        r"|najwyższ\w{1,3}|najwięcej|największ\w{1,3}|najdroższ\w{1,3}|en (?:yüksek|büyük"
        r"|pahalı|çok)"
        r"|сам\w{2,3} (?:высок|больш|дорог)\w{2,3}|наибольш\w{2,3}|больше всего"
        r"|найбільш\w{1,3}"
        r"|найдорожч\w{1,3}|cao nhất|lớn nhất|nhiều nhất|đắt nhất)\b"
        r"|最高|最大|最多|最も(?:高い|多い|大きい)|一番(?:高い|多い|大きい)|最贵"
        r"|가장 (?:높은|많은|큰|비싼)"
        r"|الأعلى|الأكبر|الأكثر|الأغلى",
    ),
    (
        "lowest",
        r"\b(?:lowest|smallest|least(?: expensive)?|minimum|min|cheapest|fewest|shortest"
        r"|lightest"
        r"|slowest|earliest|oldest"
        r"|niedrigste[nrsm]?|kleinste[nrsm]?|billigste[nrsm]?|günstigste[nrsm]?|wenigsten"
        r"|kürzeste[nrsm]?|früheste[nrsm]?|älteste[nrsm]?"
        r"|(?:le|la|les) (?:plus (?:basse?|bas|petite?|courte?)|moins (?:chère?|cher"
        r"|élevée?|de))"
        r"|(?:más|mais|più) (?:bajos?|bajas?|barat[oa]s?|baix[oa]s?|bass[oa]|pequeñ[oa]s?"
        r"|piccol[oa]"
        r"|econom\w{2,4})|menor|minore|laagste|kleinste|goedkoopste|minste|lägst\w?|minst\w?"
        r"|billigast\w?|laveste|mindste|billigste|halvin|pienin|alin|najniższ\w{1,3}"
        r"|najmniejsz\w{1,3}|najtańsz\w{1,3}|en (?:düşük|küçük|ucuz|az)"
        r"|сам\w{2,3} (?:низк|маленьк|деш[её]в)\w{2,3}|наименьш\w{2,3}|найменш\w{1,3}"
        r"|найдешевш\w{1,3}|thấp nhất|nhỏ nhất|ít nhất|rẻ nhất)\b"
        r"|最低|最小|最少|最も(?:低い|少ない|小さい|安い)|一番(?:低い|安い|少ない)|最便宜"
        r"|가장 (?:낮은|적은|작은|싼)|الأدنى|الأصغر|الأقل|الأرخص",
    ),
    (
        "sum",
        r"\b(?:totals?|sum(?: of)?|altogether|in all|combined|overall|summe|gesamt\w{0,8}"
        r"|insgesamt"
        r"|zusammen|somme|au total|suma|en total|totale?|in totale|soma|no total|totaal"
        r"|in totaal"
        r"|opgeteld|summan?|totalt|sammanlagt|i alt|til sammen|yhteensä|razem|łącznie|toplam"
        r"|сумм\w|всего|итого|разом|усього|загалом|tổng(?: cộng)?)\b|合計|总[计和额]|一共|総額"
        r"|합계|총|مجموع|إجمالي",
    ),
    ("count", rf"\b(?:{_COUNT})\b|几|幾|多少|いくつ|何[件人個名]|몇|كم"),
)
OPERATIONS: tuple[tuple[Operation, re.Pattern[str]], ...] = tuple(
    (operation, re.compile(said, re.IGNORECASE)) for operation, said in _WORDS
)
COUNTED = OPERATIONS[-1][1]
COMPARES = re.compile(
    r"\b(?:more than|less than|fewer than|greater than|over|above|under|below|at (?:least|most)"
    r"|between|before|after|since|until|up to|exceed\w{0,3}|compared?|difference|than|mehr als"
    r"|weniger als|über|unter|mindestens|höchstens|zwischen|vor|nach|seit|bis|plus de"
    r"|moins de|entre"
    r"|avant|après|depuis|más de|menos de|antes|después|più di|meno di|prima|dopo|meer dan"
    r"|minder dan"
    r"|voor|na|sinds|mer än|mindre än|mere end|mindre end|больше чем|меньше чем|до|после)\b"
    r"|以上|以下|未満|より|超过|少于|이상|이하",
    re.IGNORECASE,
)
ASKS_ROWS = re.compile(
    r"\b(?:what|which|who|whose|where|when|list|show|give|how much|welche[rsnm]?|was|wer|wo"
    r"|wann|zeige?"
    r"|liste|nenne|wie hoch|quel(?:le)?s?|qui|liste[rz]?|montre[rz]?|qué|cuál(?:es)?|quién"
    r"|lista|muestra"
    r"|quali?|chi|elenca|qual|quais|quem|welke?|wie|wat|toon|vilk\w{1,3}|vem|vad|hvilke\w?"
    r"|hvem|hvad|hva"
    r"|visa|vis|какие|какой|какая|какое|кто|який|яка|які|хто)\b|哪|谁|什么|どの|誰|何|어떤|누가|무엇",
    re.IGNORECASE,
)
GENERIC = frozenset(
    map(
        stem,
        """
        which what who whose where when how many much list show give me all any every each
        there is are
        has have had was were be been do does did the a of in on for by to with from at
        row rows entry
        entries record records line lines item items table value values one ones it that
        currently now
        cost costs pay pays paid sell sells sold work works worked spend spent make made
        earn earns get
        got receive received take takes took use uses used come comes belong per belongs
        marked listed
        assigned set have overall altogether please tell find
        welche welcher welches wie viele viel hat haben hatte hatten ist sind war waren
        gibt es zeige
        liste nenne alle jede zeile zeilen eintrag einträge wert werte kostet kosten bitte
        mir wurde
        wurden verdient hoch
        quel quelle quels quelles est sont a ont y il liste montre tous toutes ligne lignes valeur
        cuál cuáles es son tiene tienen hay lista todos todas fila filas valor
        quale quali è sono ha hanno ci tutti tutte riga righe valore
        qual quais tem têm há todos todas linha linhas
        welke heeft hebben zijn er alle rij rijen waarde
        """.split(),  # noqa: SIM905  a list of quoted words is no easier to read
    )
)
NO_AMOUNT = re.compile(
    r"\b(?:id|no|nr|number|code|key|year|jahr|année|año|anno|date|datum|zip|plz|phone|telefon"
    r"|tel|index"
    r"|rank|row)\b|#|№",
    re.IGNORECASE,
)
PRICE = re.compile(
    r"price|cost|fee|rate|charge|amount|salary|rent|preis|kosten|gebühr|betrag|miete|gehalt"
    r"|prix|coût"
    r"|tarif|montant|precio|coste|tarifa|importe|prezzo|costo|preço|custo|prijs|bedrag|pris"
    r"|цена|стоим"
    r"|価格|料金|价格|费用|가격|요금",
    re.IGNORECASE,
)
ABOUT_PRICE = re.compile(
    r"expensive|cheap|priciest|dearest|teuer|billig|günstig|ch(?:er|ère)s?\b|caro|cara|barat|econom"
    r"|duur|goedkoop"
    r"|dyr|halvin|kallein|najdroż|najtań|pahalı|ucuz|дорог|деш|贵|便宜|高い|安い|비싼|싼|đắt|rẻ",
    re.IGNORECASE,
)
WHEN = re.compile(r"latest|newest|recent|earliest|oldest|neueste|früheste|älteste", re.IGNORECASE)
