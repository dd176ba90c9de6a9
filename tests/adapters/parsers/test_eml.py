"""EML: headers, the text once, attachments."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.support.parsing import read, shown

from lodgepole.adapters.parsers.eml import parse
from lodgepole.errors import UnreadableFile


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


def test_what_is_no_letter_is_refused(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is no e-mail"):
        read(parse, path, "just some text\n")
