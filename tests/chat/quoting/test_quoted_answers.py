"""What was found is written with its files, its markers and what is missing."""

import orjson
from tests.support.chat import make_sources

from lodgepole.chat.localised_phrases import ENGLISH
from lodgepole.chat.quoting.question_names import Anchor
from lodgepole.chat.quoting.quoted_answers import Found, Shown, json_parts, text_parts
from lodgepole.chat.quoting.quotes import quotes_of


def first_quote(text):
    return next(quotes_of(make_sources(text)[0]))


def test_nothing_is_said_plainly_with_what_is_missing_first():
    assert text_parts(Found(()), ENGLISH) == [ENGLISH.nothing_found]
    (told,) = text_parts(Found((), (Anchor("Walnut", ("walnut",)),)), ENGLISH)
    assert told.startswith("None of the passages found mentions “Walnut”. ")
    assert told.endswith(ENGLISH.nothing_found)


def test_a_quote_stands_under_its_file_and_before_its_marker():
    quote = first_quote("The hut is old.")
    said = "".join(text_parts(Found((quote,)), ENGLISH))
    assert (
        said == f"{ENGLISH.lead}\n\n{quote.source.snippet.file.upload.name}:\nThe hut is old. [1]"
    )


def test_what_a_quote_does_not_mention_is_told():
    found = Found((first_quote("The hut is old."),), unsaid=(Anchor("1931", ("1931",)),))
    assert text_parts(found, ENGLISH)[0] == "None of these passages mentions “1931”:"


def test_a_list_that_is_not_whole_says_so():
    quote = first_quote("The hut is old.")
    found = Found((quote,), shown=(Shown(quote, quote.parts, (4, 9)),))
    assert "".join(text_parts(found, ENGLISH)).endswith("\n(The first 4 of 9)")


def test_a_json_answer_is_one_object_with_the_files():
    quote = first_quote("The hut is old.")
    (told,) = json_parts(Found((quote,)), ENGLISH)
    assert orjson.loads(told) == {
        "answer": "The hut is old. [1]",
        "quotes": ["The hut is old. [1]"],
        "files": [quote.source.snippet.file.upload.name],
    }
