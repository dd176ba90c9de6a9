"""Language detection: by script, then by the most frequent small words. Pure.

Made for choosing a stemmer: it names only languages where that choice matters, needs about 200
characters to be sure, and says `und` when the evidence is thin.
"""

import re
from collections import Counter
from collections.abc import Iterable

from lodgepole.text.scripts import ARMENIAN, GREEK, HAN, HANGUL, HEBREW, KANA, TAMIL, THAI

UNDETERMINED = "und"
SAMPLE_CHARS = 20_000
_SLICES = 4  # a long text is sampled in this many places: title pages lie about the rest

# The words are the commonest of each language that few others share; one shared between two
# languages counts for both.
_SMALL_WORDS = {
    "ca": "els amb per una que aquest aquesta són també més com pel dels les al però va entre seva",
    "cs": "je se na že ve jako jsou které který byl pro také nebo jeho až při podle která bylo ze",
    "da": "og det er ikke til en af på med som den der var blev ikke fra også har kan om et efter",
    "de": "der die und das ist nicht von mit den auf für eine sich auch dem werden wird zu im ein",
    "en": "the of and to in is that for it with was on are as by this be from which or an not have",
    "es": "de la que el en los del las por con una para es se no su como más al pero sus fue entre",
    "et": "ja on ei see et kui ka mis oli oma aga või tema selle pärast kes olid ning mida veel",
    "eu": "eta da zen ez bat izan du dira egin baina hau ere zuen beste dute bere ziren horren",
    "fi": "ja on ei se että oli hän mutta myös kuin joka ovat sekä tai jonka sen hänen olla vain",
    "fr": "de la le les et des en une du est que dans pour qui par sur au pas plus ne avec ce son",
    "ga": "agus an na is ar le go bhí sé tá ag don leis sin sa faoi ó chun nach bhfuil iad",
    "hu": "a az és hogy nem is egy volt meg ez csak már mint még vagy volt kell lehet után által",
    "id": "yang dan di dengan untuk dari pada ini itu tidak dalam adalah ke oleh juga akan sebagai",
    "it": "di il che la è per un una del della con non sono le dei si anche alla nel più gli come",
    "lt": "ir yra kad su iš buvo kaip tai bet ne jo į taip jis apie arba dar po nuo gali",
    "nl": "de het een van en in is dat op te zijn met voor niet aan er ook als door maar wordt bij",
    "no": "og det er ikke til en av på med som den var ble fra også har kan om et etter ikke jeg",
    "pl": "w i na z jest się nie do że to o jak po od przez za jego oraz które był dla są może",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como foi ao são",
    "ro": "și în de la a cu din este pe care nu un pentru o mai au fost sau ca prin al lui cel",
    "sv": "och det är att inte en till av på med som den för var ett har om från kan sig men",
    "tr": "ve bir bu için ile olarak da de olan daha çok en gibi sonra kadar ise olduğu veya ne",
    "eo": "la kaj de en estas al ne por kun oni ĝi kiu ke estis pri tiu sed ili aŭ",
    "vi": "của và là các có được cho không một những trong với này đã khi để từ người theo về",
    "ru": "и в не на что с он как по это из но к за от его для был она так также или были",
    "sr": "и у је да се на за су од као са који није што али које био до његов",
    "uk": "і в на що не та до з як це за від його для був але або які також є",
    "bg": "и на в за се от да с не по са че като е това при със както или",
    "ar": "في من على إلى أن التي الذي عن مع هذا هذه كان ما لا بين بعد وقد أو",
    "fa": "و در به از که این را با است برای آن یک می بود تا شد ها بر",
    "ur": "کے کی میں اور ہے کا سے کو پر نے ہیں کہ یہ اس بھی ایک",
    "hi": "के में है की और का से को पर ने हैं कि यह इस एक नहीं भी लिए था",
    "ne": "र को मा छ का ले पनि भएको हो यो छन् गर्न लाई थियो एक",
}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _code, _words in _SMALL_WORDS.items():
    for _word in set(_words.split()):
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _code)

_SCRIPTS = (  # (language when the script alone decides it, characters)
    ("ja", re.compile(f"[{KANA}]")),
    ("ko", re.compile(f"[{HANGUL}]")),
    ("zh", re.compile(f"[{HAN}]")),
    ("th", re.compile(f"[{THAI}]")),
    ("el", re.compile(f"[{GREEK}]")),
    ("hy", re.compile(f"[{ARMENIAN}]")),
    ("ta", re.compile(f"[{TAMIL}]")),
    ("yi", re.compile(f"[{HEBREW}]")),  # Hebrew has no stemmer; the letters are shared
)
_YIDDISH = re.compile(r"[\u05f0-\u05f2]|\bאון\b|\bאיז\b")
_WORD = re.compile(r"[^\W\d_]++(?:[\u093a-\u094f\u064b-\u0652]++[^\W\d_]*+)*+")


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language that most of `text` is in, or `und`.

    Looks at no more than `SAMPLE_CHARS`, taken evenly from all of it.
    """
    sample = _sample(text)
    letters = sum(map(str.isalpha, sample))
    if letters < 3:
        return UNDETERMINED
    for code, pattern in () if sample.isascii() else _SCRIPTS:
        # Kana is a third of Japanese; the other scripts fill their texts.
        found = len(pattern.findall(sample))
        if found * (8 if code == "ja" else 2.5) > letters:
            if code == "yi" and not _YIDDISH.search(sample):
                return "he"
            return code
    return _by_small_words(_WORD.findall(sample.lower()))


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_CHARS:
        return text
    size, step = SAMPLE_CHARS // _SLICES, (len(text) - SAMPLE_CHARS // _SLICES) // (_SLICES - 1)
    return " ".join(text[i * step : i * step + size] for i in range(_SLICES))


def _by_small_words(words: list[str]) -> str:
    votes = small_word_votes(words)
    if not votes:
        return UNDETERMINED
    # Equal votes go to the alphabetically first, so that the answer never varies.
    (best, most), *others = sorted(votes.items(), key=lambda item: (-item[1], item[0]))
    # Prose has a small word in every three to five words; tables and lists of names have few.
    if most < 2 or most * 25 < len(words):
        return UNDETERMINED
    if others and others[0][1] == most:
        return UNDETERMINED
    return best


def small_word_votes(words: Iterable[str]) -> Counter[str]:
    """Count the words, in small letters, that are among the commonest of each language."""
    votes: Counter[str] = Counter()
    for word, count in Counter(words).items():
        for code in _LANGUAGES_OF.get(word, ()):
            votes[code] += count
    return votes
