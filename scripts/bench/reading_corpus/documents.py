"""Documents, slides, pages, books and letters: raised text, formulas, forms, links, lost parts."""

import base64
import hashlib
from collections.abc import Iterator
from email.message import EmailMessage

from reading_corpus.case import Case
from reading_corpus.packages import book, slides, word

NOTATION = ("is 42 [^1] m", "10⁶ litres", "CO₂", "5 km²", "1987 [^2]")
FLATTENED = ("421", "106 litres", "CO2", "km2", "19872")
RUNS = (
    ("The mast is 42", ""), ("1", "up"), (" m high and holds 10", ""), ("6", "up"),
    (" litres. CO", ""), ("2", "down"), (" covers 5 km", ""), ("2", "up"),
    (", as in 1987", ""), ("2", "up"), (".", ""),
)  # fmt: skip


def cases() -> Iterator[Case]:
    yield from _word()
    yield _slides()
    yield from _pages()
    yield from _books()
    yield from _letters()
    blob = base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(99)))
    yield Case(
        name="picture.md",
        data=b"# Heating\n\n![Plan](data:image/png;base64," + blob + b")\n\nThe mat is new.\n",
        said=("The mat is new.",),
        unsaid=(blob.decode()[100:200],),
        headings=("# Heating",),
    )


def _word() -> Iterator[Case]:
    def run(text: str, properties: str = "") -> str:
        return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'

    shifts = {"": "", "up": "superscript", "down": "subscript"}
    raised = "".join(
        run(text, f'<w:vertAlign w:val="{shifts[shift]}"/>' if shift else "")
        for text, shift in RUNS
    )
    formula = (
        "<m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>8</m:t></m:r></m:den>"
        "</m:f></m:oMath>"
    )
    box = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked w:val="{}"/>'
        '</w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = (
        f"<w:p>{raised}</w:p><w:p>{run('Fill it to ')}{formula}{run(' of its height.')}</w:p>"
        f"<w:p>{box.format(1)}{run(' crane')}{box.format(0)}{run(' forklift')}</w:p>"
        f'<w:p><w:hyperlink r:id="7">{run("the fees")}</w:hyperlink>'
        '<w:r><w:commentReference w:id="1"/></w:r></w:p><w:altChunk r:id="8"/>'
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Click or tap "
        "here</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    yield Case(
        name="word.docx",
        data=word(
            body,
            {
                "word/comments.xml": '<c xmlns:w="w"><comment w:id="1" w:author="Ada"><w:p><w:r>'
                "<w:t>Too high?</w:t></w:r></w:p></comment></c>",
                "word/a.html": "<p>The boiler passed.</p>",
            },
            ("7", "hyperlink", "https://port.example/fees"),
            ("8", "aFChunk", "a.html"),
            ("9", "comments", "comments.xml"),
        ),
        said=(*NOTATION, "to 3/8 of its", "[x] crane[ ] forklift", "Comment by Ada: Too high?",
              "the fees <https://port.example/fees>", "The boiler passed."),
        unsaid=(*FLATTENED, "Click or tap"),
    )  # fmt: skip


def _slides() -> Case:
    baselines = {"": "0", "up": "30000", "down": "-25000"}
    runs = "".join(
        f"<a:r><a:rPr baseline='{baselines[shift]}'/><a:t>{text}</a:t></a:r>"
        for text, shift in RUNS
    )
    body = f"<p:sp><p:txBody><a:p>{runs}</a:p></p:txBody></p:sp>"
    return Case(name="slides.pptx", data=slides(body), said=NOTATION, unsaid=FLATTENED)


def _pages() -> Iterator[Case]:
    tags = {"": "{}", "up": "<sup>{}</sup>", "down": "<sub>{}</sub>"}
    runs = "".join(tags[shift].format(text) for text, shift in RUNS)
    yield Case(
        name="page.html",
        data=f"<p>{runs}</p><table><tr><td>A<b>l</b>ta<td>{runs}</table>".encode(),
        said=(*NOTATION, "Alta |"),
        unsaid=FLATTENED,
    )
    yield Case(
        name="form.html",
        data=b"<h2><button>What is the fee?</button></h2><p>Nine euros.</p><details><summary>Who "
        b"pays?</summary>The owner.</details><p>Name <input value=Ada> <input type=checkbox "
        b'checked>crane <a href="https://port.example/x">the form</a></p>',
        said=("What is the fee? Nine euros. Who pays? The owner.", "Name Ada [x] crane",
              "the form <https://port.example/x>"),
    )  # fmt: skip
    yield Case(
        name="formula.html",
        data=b"<p>Fill <math><mfrac><mn>3</mn><mn>8</mn></mfrac></math> of it in "
        b"<math><msup><mi>t</mi><mn>2</mn></msup></math>.</p>",
        said=("Fill 3/8 of it in t².",),
    )


def _books() -> Iterator[Case]:
    ended = '<html xmlns="http://www.w3.org/1999/xhtml"><head><script src="a"/><title/></head>'
    texts = [f"Chapter {n} tells of {name}." for n, name in enumerate(("Ada", "Bo", "Cy"), 1)]
    chapters = (f"{ended}<body><iframe/><p>{text}</p></body></html>" for text in texts)
    yield Case(name="book.epub", data=book(*chapters), text=" ".join(texts))


def _letters() -> Iterator[Case]:
    message = EmailMessage()
    message["Subject"] = "Timetable"
    message.set_content("Turn on HTML.")
    message.add_alternative(
        "<p>From 15 November the last ferry leaves the northern quay at 21.40.</p>", subtype="html"
    )
    yield Case(
        name="hint.eml",
        data=message.as_bytes(),
        said=("leaves the northern quay at 21.40",),
        unsaid=("Turn on HTML",),
    )
    yield Case(
        name="bare.eml",
        data="Content-Type: text/plain; charset=gb2312\n\n经理是镕先生".encode("gbk"),
        said=("经理是镕先生",),
    )
    yield Case(
        name="wide.eml",
        data="Subject: Quay\n\nThe quay is closed.\n".encode("utf-16"),
        said=("The quay is closed.",),
    )
