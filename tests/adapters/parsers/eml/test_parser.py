"""EML: headers, the text once, attachments."""

import base64
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.support.parsing import read, shown

from lodgepole.adapters.parsers.eml import parse
from lodgepole.documents.builder import DocumentBuilder, check_document
from lodgepole.errors import UnreadableFile
from lodgepole.limits import Limits
from lodgepole.model import BlockKind, Document


def letter(subject: str = "Pilot fees für März") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ada <ada@example.com>"
    message["To"] = "office@example.com"
    message["Subject"] = subject
    message["Date"] = "Mon, 2 Mar 2026 10:00:00 +0000"
    message.set_content("Dear office,\n\nthe fee is 185 €.\n")
    return message


def test_a_letter_has_its_headers_its_text_and_its_attachments(path: Path) -> None:
    message = letter()
    message.add_alternative("<p>the fee in <b>HTML</b></p>", subtype="html")
    message.add_attachment("one\n\ntwo", filename="notes.txt")
    message.add_attachment(b"\0\1", maintype="application", subtype="zip", filename="a.zip")
    message.add_attachment(letter("Inner"))

    document = read(parse, path, message.as_bytes())

    assert document.title == "Pilot fees für März"
    texts = [text for _, text in shown(document)]
    assert texts[0] == "Pilot fees für März"
    assert texts[1].startswith("From: Ada <ada@example.com>\nTo: office@example.com\nDate: Mon, ")
    assert texts[2:4] == ["Dear office,", "the fee is 185 €."]
    assert texts[4:7] == ["Attachment: notes.txt", "one", "two"]
    assert texts[7] == "Inner"
    assert texts[-1] == "Attachment: a.zip"
    assert "HTML" not in document.text


def test_a_letter_of_html_alone_is_read(path: Path) -> None:
    message = letter()
    message.set_content("<h2>Fees</h2><p>185 €</p>", subtype="html")

    document = read(parse, path, message.as_bytes())

    assert [text for _, text in shown(document)][-2:] == ["Fees", "185 €"]


def test_html_is_read_where_the_plain_text_is_a_mere_hint(path: Path) -> None:
    message = letter()
    message.set_content("Please turn on HTML to read this.")
    message.add_alternative(
        "<h1>Summer hours</h1><table><tr><th>Day</th><th>Open</th></tr><tr><td>Sunday</td>"
        "<td>8.15 to 17.00</td></tr></table><p>The café is closed on Mondays in June.</p>",
        subtype="html",
    )

    document = read(parse, path, message.as_bytes())

    assert "Sunday | 8.15 to 17.00" in document.text
    assert "turn on HTML" not in document.text


def test_parts_of_one_kind_that_say_different_things_are_all_read(path: Path) -> None:
    message = letter()
    message.add_alternative("and the berth is A7", subtype="plain")

    text = read(parse, path, message.as_bytes()).text

    assert "the fee is 185 €." in text
    assert "and the berth is A7" in text


def test_attached_files_are_read_by_who_can_or_named_and_noted(path: Path) -> None:
    def read_attached(data: bytes, name: str) -> Document | None:
        if name == "bad.pdf":
            raise UnreadableFile("'bad.pdf' is damaged.")
        if not name.endswith(".md"):
            return None
        builder = DocumentBuilder(name, Limits())
        builder.add(data.decode().strip("# \n"), BlockKind.HEADING, level=1)
        builder.add("Berths", BlockKind.PARAGRAPH)
        return builder.build(notice="Half of it.")

    message = letter()
    for name in ("berths.md", "winmail.dat", "bad.pdf"):
        message.add_attachment(
            b"# A7\n", maintype="application", subtype="octet-stream", filename=name
        )
    message.add_attachment(b"\1\2", maintype="image", subtype="png")

    path.write_bytes(message.as_bytes())
    document = parse(path, "file", Limits(), read_attached=read_attached)

    check_document(document)
    texts = [text for _, text in shown(document)]
    assert texts[-5:] == [
        "Attachment: berths.md",
        "A7",
        "Berths",
        "Attachment: winmail.dat",
        "Attachment: bad.pdf",
    ]
    assert document.notice == (
        "berths.md: Half of it. 'bad.pdf' is damaged. Attachments that were not read: "
        "winmail.dat, bad.pdf. Parts without a name that were not read: 1 of image/png."
    )


@pytest.mark.parametrize(
    "data",
    [
        "Content-Type: text/plain\n\nThe quay is closed.\n",
        "\ufeffFrom: ada@x.example\n\nThe quay is closed.\n",
        "\n\nSubject: Quay\n\nThe quay is closed.\n",
        "Subject: Quay\n\nThe quay is closed.\n".encode("utf-16"),
        "Subject: Quay\n\nThe quay is closed.\n".encode("utf-16-le"),
        "From ada@x.example Mon Mar  2 10:00:00 2026\nSubject: Quay\n\nThe quay is closed.\n",
        "Content-Type: text/plain; format=flowed\n\nThe quay \nis closed.\n",
        "Content-Type: multipart/mixed\n\nThe quay is closed.\n",
    ],
)
def test_letters_in_other_clothes_are_letters(path: Path, data: bytes | str) -> None:
    assert "The quay is closed." in read(parse, path, data).text


def test_a_mailbox_holds_all_its_letters(path: Path) -> None:
    document = read(
        parse,
        path,
        "From a@x.example Mon Mar  2 10:00:00 2026\nSubject: One\n\nFrom here on\n\n"
        "From b@x.example Tue Mar  3 10:00:00 2026\nSubject: Two\n\nsecond\n",
    )
    assert [text for _, text in shown(document)] == ["One", "From here on", "Two", "second"]


@pytest.mark.parametrize(
    ("charset", "text", "encoding"),
    [
        ("gb2312", "经理是镕先生", "gbk"),
        ("iso-8859-1", "the fee is 185 € – now", "cp1252"),
        ("us-ascii", "Überfahrt nach Tromsø", "utf-8"),
        ("x-unknown", "Överfart", "utf-8"),
        ("shift_jis", "①船の時刻", "cp932"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_is_in(
    path: Path, charset: str, text: str, encoding: str
) -> None:
    head = f"Subject: Crossing\nContent-Type: text/plain; charset={charset}\n\n"

    assert text in read(parse, path, head.encode() + text.encode(encoding)).text


def test_an_attached_letter_that_is_encoded_is_read(path: Path) -> None:
    inner = base64.encodebytes(b"Subject: Inner\n\nThe berth is A7.\n").decode()
    data = (
        "Subject: Outer\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}--b--\n"
    )
    assert [text for _, text in shown(read(parse, path, data))] == [
        "Outer",
        "Inner",
        "The berth is A7.",
    ]


def test_an_empty_letter_says_what_there_is_of_it(path: Path) -> None:
    document = read(parse, path, "Received: from x.example\nMIME-Version: 1.0\n\n")

    assert document.text == "Received: from x.example\nMIME-Version: 1.0"
    assert document.notice == "The letter has no text."


def test_what_is_no_letter_is_refused(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is no e-mail"):
        read(parse, path, "just some text\n")


def test_a_header_in_no_known_encoding_is_shown_as_written(path: Path) -> None:
    document = read(parse, path, "Subject: =?gb\xff2312?B?vq3A7Q==?= Quay\n\nClosed.\n".encode())

    assert document.text.endswith("Quay\n\nClosed.")
