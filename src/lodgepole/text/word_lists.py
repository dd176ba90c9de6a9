"""Word lists for verifying answers: stop words, negations, number words, opposites. Pure.

Where a word of one language is another one's (`once`, `due`, `six`), it is left out of the lists.
"""

import unicodedata

from lodgepole.text.normalization import normalized


def folded(text: str) -> str:
    """Without case and accents; the length may change."""
    return "".join(c for c in normalized("NFKD", text.casefold()) if not unicodedata.combining(c))


def _listed(text: str) -> frozenset[str]:
    return frozenset(folded(text).split())


# Words that carry no claim of their own, in the languages the built-in retrieval is tested with.
STOPWORDS = _listed(
    """
    a about above after again against all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each few for from further
    had has have having he her here hers him his how i if in into is it its itself just may me
    might more most must my of off on once one only or other our out over own per same she should
    so some such than that the their them then there these they this those through to too under
    until up upon us very was we were what when where which while who whom whose why will with
    would you your according answer document documents says said tell please yes der die das
    den dem des ein eine einer eines einem einen und oder aber ist sind waren wird werden
    wurde haben von vom zu zum zur mit bei für auf im am an aus als auch wie was wer wo
    wann warum welche welcher welches es er sie wir ihr ich le la les un une des du de et ou
    mais est sont était dans par pour sur avec que qui quoi où quand comment quel quelle il
    elle ils elles nous vous ce cette ces au aux se sa ses el los las una unos unas y o
    pero es fue en por para con del al lo su sus cuál cuando donde como il lo gli i uno e
    ma sono nel della di da con che chi dove o os as um uma em no na do dos het een van en of
    maar zijn was waren met voor op te bij dat die wie wat waar ne se si ihre ihren sein seine
    wieviel wieviele viele lange leur leurs combien elles cuanto cuanta cuantos cuantas quien
    esta este estan sont etre qual quais quando onde quanto quantos quem seu sua sao foi
    кто что какои какая какое какие когда где почему сколько как во в на с со и у к из по о об
    от до за для же ли бы это этот эта эти он она оно они его ее их был была были есть или но а
    и у на за що як хто де коли чому та це цеи ця ці він вона вони
    من هو هي هم ما ماذا متى أين كيف كم لماذا هل أي في إلى على عن مع هذا هذه ذلك التي الذي كان
    كانت أن أو ثم قد به لها له
    的 了 是 在 有 和 与 及 就 都 也 很 谁 什 么 多 少 几 哪 吗 呢 这 那 个 我 你 他 她 它 们 怎 样
    何 誰 从 到 自 为 以 之 其 吧 啊 은 는 이 가 을 를 의 에 도 로 와 과 니 까 요
    """
) | frozenset(map(chr, range(0x3041, 0x3097)))  # hiragana: what stands between a text's words
KINDS_OF_NAMES = _listed(
    "university college school institute company corporation group bank plan health hospital "
    "county city parliament museum library church party army union act war battle treaty dynasty "
    "empire kingdom street river lake island committee council court department ministry agency "
    "universität schule institut gesellschaft krankenhaus stadt museum bibliothek kirche partei"
)
"""Last words of names that say what something is and not which: `Princeton University`."""
NEGATIONS = _listed(
    """
    not no never none neither nor without cannot cant nothing nobody nowhere hardly exclude
    excluded excludes excluding except unless unable fail fails failed lack lacks denied deny
    denies prohibit prohibited refuse refused isnt arent wasnt werent dont doesnt didnt wont
    wouldnt shouldnt couldnt hasnt havent hadnt nicht kein keine keinen ohne nie niemals pas
    jamais sans sin nunca non senza mai não sem nunca niet geen zonder keinem keiner keines
    ningun ninguna nessun nessuna nenhum nenhuma ikke inte ingen bez
    не нет ни без нельзя немає لا ليس ليست لم لن غير بدون بلا לא אין नहीं
    不 没 沒 无 無 ません なかった なく ない 않 없 못
    """
)
NUMBER_WORDS = dict(
    pair.split("=")
    for pair in _listed(
        """
        zero=0 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11
        twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18
        nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90
        zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 neun=9 zehn=10 zwölf=12
        zwanzig=20 dreißig=30 deux=2 trois=3 quatre=4 cinq=5 huit=8 neuf=9 dix=10 douze=12 vingt=20
        dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 doce=12 veinte=20
        tre=3 quattro=4 cinque=5 sette=7 otto=8 dieci=10 dodici=12 dois=2 duas=2 três=3 oito=8
        dez=10 twee=2 drie=3 vijf=5 zeven=7 negen=9 tien=10 два=2 две=2 двух=2 три=3 трех=3
        четыре=4 пять=5 шесть=6 семь=7 восемь=8 девять=9 десять=10 чотири=4 سنتين=2
        سنتان=2 يومين=2 يومان=2
        ثلاث=3 ثلاثة=3 أربع=4 أربعة=4 خمس=5 خمسة=5 ست=6 ستة=6 سبع=7 سبعة=7 ثماني=8 ثمانية=8 تسع=9
        تسعة=9 عشر=10 عشرة=10 二=2 两=2 兩=2 三=3 四=4 五=5 六=6 七=7 八=8 九=9 十=10
        """
    )
)
SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "mio": 6, "billion": 9, "bn": 9, "mrd": 9,
    "trillion": 12, "millionen": 6, "milliarden": 9, "milliarde": 9, "millions": 6, "billions": 9,
    "milliards": 9, "milliard": 9, "millones": 6, "millon": 6, "milioni": 6, "milione": 6,
    "miliardi": 9, "miliardo": 9, "milhoes": 6, "milhao": 6, "bilhoes": 9, "miljoen": 6,
    "miljard": 9, "млн": 6, "млрд": 9, "миллион": 6, "миллиона": 6, "миллионов": 6, "миллиард": 9,
    "миллиарда": 9, "миллиардов": 9, "тыс": 3, "тысяч": 3, "万": 4, "億": 8, "亿": 8,
}  # fmt: skip
"""Words for powers of ten, folded, with their zeros."""

POINTING_BACK = frozenset(
    """
    it this that these those they he she its their his her such both er sie es dies diese dieser
    dieses damit dabei hierzu dafür dazu il elle ils elles cela ceci cette ces celui celle ce esto
    esta este estos estas ello él ella ellos ellas questo questa questi queste ciò esso essa isto
    isso ele ela eles elas dit deze zij hij det dette denne disse hon han den de он она оно они это
    эта этот эти він вона воно вони це ця цей ці هذا هذه هو هي هم ذلك تلك
    """.split()  # noqa: SIM905  a list of quoted words is no easier to read
)
"""First words of sentences about something that the sentence before names."""

CONCLUDING = frozenset(
    """
    therefore thus hence consequently accordingly otherwise deshalb daher folglich somit andernfalls
    donc ainsi sinon luego entonces quindi perciò altrimenti portanto logo daarom dus anders därför
    därmed derfor dermed поэтому следовательно иначе тому отже
    """.split()  # noqa: SIM905
)
"""First words of sentences that follow from the one before."""

POINTING_EARLY = frozenset(
    """
    it they them he she es er il elle ils elles ze hij он она оно они
    """.split()  # noqa: SIM905
)
"""Pronouns in small letters, that point back as the subject of a sentence too."""

ASKING_VERBS = _listed(
    """
    point points aspect aspects summary summarize summarise overview
    mention mentions mentioned text texts describe describes described explain explains explained
    detail details detailed discuss discusses discussed state states stated happen happens happened
    reason reasons impact role key find found give gives given get gets got thing things sort kind
    type actual actually background primary specific specifically step steps circumstances trigger
    triggered list name example examples regard regarding regards concerning involve involved
    consider considered use used uses make makes made say much many mean means called known
    become became provide provides difference main purpose effect affect information indicate take
    takes took go goes went come comes came want wants wish show shows shown work works way ways
    cover covers covered offer offers include includes included
    highest lowest largest smallest biggest cheapest most least total average sum number compare
    run runs ran year years day days time times kept begin began know knew
    influence influenced miss entail entails consequence consequences perform status content react
    """
)
"""Words by which a question asks, and not for whom or what."""

ANNOUNCING = _listed(
    """
    following follows below these include includes folgende folgenden folgendes folgt suivants
    suivantes suivant suivante ci-dessous siguientes siguiente seguenti seguente seguintes seguinte
    volgende följande følgende следующие следующее следующих наступні следуют
    """
)
"""Words of a sentence that leads into a list without a colon."""

SENTENCE_OPENERS = (
    STOPWORDS
    | NEGATIONS
    | frozenset(map(folded, POINTING_BACK))
    | _listed(
        """
        however then therefore thus hence later earlier additionally moreover furthermore finally
        since although instead besides today yesterday every each many several two three four five
        danach dann dort hier heute später außerdem jedoch daher deshalb alle jeder jede jedes seit
        nach ensuite puis alors toutefois cependant depuis tous toutes después luego entonces
        además desde todos todas hoy dopo poi inoltre tutti dal depois então todos além daarna
        затем потом после также все здесь сегодня
        """
    )
)
"""Words that begin a sentence with a capital letter, and no name."""

# Lengths of time: of each unit what it is counted in, and how many of these it has.
TIME_UNITS = {
    "minute": ("minutes minute min minuten minuto minutos minuti минут минуты", 1),
    "hour": ("hours hour stunden stunde heures heure horas hora ore ora часов часа час", 60),
    "day": ("days day tage tag tagen jours jour días día giorni giorno dagen dias дней дня", 1_440),
    "week": ("weeks week wochen woche semaines semaine semanas semana settimane недель", 10_080),
    "month": ("months month monate monat monaten mois meses mes mesi mese месяцев месяца", 1),
    "year": ("years year jahre jahr jahren ans années an años año anni anno anos лет года", 12),
}
DENYING_ANSWERS = _listed("no nein non não nee nej нет ні لا לא")
"""First words that say no; what follows them may deny the same once more."""

# Of each pair words that say one thing, and words that say its opposite.
OPPOSITES = (
    (
        "grow grew grown rise rose risen increase climb gain up",
        "fall fell fallen decline decrease drop shrink shrank lose lost down",
    ),
    ("hot warm", "cold cool"),
    ("dry", "wet"),
    ("open", "close closed shut"),
    ("high higher", "low lower"),
    ("large big larger bigger", "small smaller tiny"),
    ("fast quick quickly", "slow slowly"),
    ("early earlier", "late later"),
    ("first", "last"),
    ("start began begun begin", "end finish"),
    ("allow permit legal", "forbid forbidden ban illegal"),
    ("true", "false"),
    ("accept approve", "reject refuse"),
    ("buy bought", "sell sold"),
    ("include", "exclude"),
    ("everyone everybody anyone all", "only"),
    ("free", "paid"),
)
