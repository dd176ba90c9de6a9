"""Letters are found in files as programs really write them, and so are their words."""

import email
import email.policy

import pytest

from lodgepole.adapters.parsers.eml import messages
from lodgepole.adapters.parsers.eml.messages import (
    HEADER_CHARS,
    decoded,
    file_name,
    header,
    is_letter,
    letters_within,
    messages_in,
    text_of,
    unfolded,
)

LETTER = "From: a@example.org\r\nSubject: Tide tables\r\n\r\nHigh water at nine.\r\n"


def message(text):
    data = text if isinstance(text, bytes) else text.encode()
    return email.message_from_bytes(data, policy=email.policy.compat32)


@pytest.mark.parametrize(
    "data",
    [
        LETTER.encode(),
        b"\r\n \t" + LETTER.encode(),
        b"\xef\xbb\xbf" + LETTER.encode(),
        LETTER.encode("utf-16"),  # with a byte order mark
        LETTER.encode("utf-16-le"),
        LETTER.encode("utf-16-be"),
    ],
    ids=["plain", "after white space", "utf-8 mark", "utf-16 mark", "little", "big"],
)
def test_one_letter_in_any_form_of_bytes(data):
    [found] = messages_in(data)
    assert header(found, "subject") == "Tide tables"
    assert text_of(found, "a.eml").strip() == "High water at nine."


def test_a_mailbox_is_all_of_its_letters_and_a_line_that_begins_with_from_is_none():
    mailbox = "".join(
        f"From a@example.org Mon Jan  1 00:00:00 2024\nSubject: {number}\n\n"
        f"Body.\nFrom the quay we sailed.\n\n"
        for number in range(3)
    )
    found = messages_in(mailbox.encode())
    assert [header(one, "Subject") for one in found] == ["0", "1", "2"]
    assert all("From the quay we sailed." in text_of(one, "a.eml") for one in found)


def test_a_mailbox_has_an_end(monkeypatch):
    monkeypatch.setattr(messages, "LETTERS", 2)
    mailbox = "From a@b Mon\nSubject: x\n\nBody.\n" * 5
    assert len(messages_in(mailbox.encode())) == 2


@pytest.mark.parametrize("data", [b"", b"no letter at all", b"colour: red\n\nlist", b"\0\1\2\3"])
def test_what_has_no_header_of_a_letter_is_none(data):
    assert messages_in(data) == []
    assert not is_letter(message(data))


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("utf-8", "utf-8", "Übergabe"),
        ("iso-8859-1", "cp1252", "“quoted” – 5 €"),  # named so, and written by Windows
        ("gb2312", "gb18030", "潮汐表"),
        ("shift_jis", "cp932", "①潮位表"),
        ("no-such-encoding", "utf-8", "Übergabe"),
        ("us-ascii", "utf-8", "Übergabe"),  # said, and not so
    ],
)
def test_text_is_read_as_it_was_written_and_not_as_it_was_named(declared, encoding, text):
    head = f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
    part = message(head.encode() + text.encode(encoding))
    assert text_of(part, "a.eml") == text


def test_an_attached_letter_that_is_encoded_against_the_rules():
    encoded = email.base64mime.body_encode(LETTER.encode())
    outer = message("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + encoded)
    [found] = letters_within(outer)
    assert header(found, "Subject") == "Tide tables"
    plain = message("Content-Type: message/rfc822\n\n" + LETTER)
    assert [header(one, "Subject") for one in letters_within(plain)] == ["Tide tables"]


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("one \ntwo \nthree", "one two three"),
        ("one\ntwo", "one\ntwo"),
        ("> said \n> so", "> said \n> so"),
        ("words \n-- \nSignature", "words \n-- \nSignature"),
        ("words \n> said", "words \n> said"),
        ("", ""),
    ],
)
def test_lines_that_were_broken_for_the_way_alone_are_joined(flowed, text):
    assert unfolded(flowed) == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?Gez=C3=A4hlt?= am Kai", "Gezählt am Kai"),
        ("=?iso-8859-1?B?WvxyaWNo?=", "Zürich"),
        ("=?no-such-encoding?Q?left?=", "=?no-such-encoding?Q?left?="),
        ("folded\r\n  here", "folded here"),
        ("", ""),
    ],
)
def test_encoded_words_of_a_header_are_read(written, read):
    assert decoded(written) == read


def test_the_first_of_several_headers_counts_and_a_missing_one_is_empty():
    doubled = message("Subject: first\nSubject: second\n\n")
    assert header(doubled, "SUBJECT") == "first"
    assert header(doubled, "Date") == ""


def test_letters_beyond_ascii_in_a_header_are_read_though_the_rules_forbid_them():
    assert header(message("Subject: Kähne\n\n"), "Subject") == "Kähne"


def test_a_header_has_an_end():
    assert len(decoded("word " * HEADER_CHARS)) <= HEADER_CHARS


def test_the_name_of_an_attached_file():
    named = 'Content-Disposition: attachment; filename="=?utf-8?Q?Gezeiten=C3=BC.pdf?="\n\n'
    assert file_name(message(named)) == "Gezeitenü.pdf"
    assert file_name(message("Subject: x\n\n")) == ""
