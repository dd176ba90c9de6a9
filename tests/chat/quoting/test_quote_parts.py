"""A line is shown with what it needs to be understood."""

import pytest
from tests.support.chat import make_sources

from lodgepole.chat.quoting.quotes import quotes_of

LIST = (
    "The Gold plan includes:\n\n- crowns at half price\n- two cleanings a year\n- glasses\n\n"
    "Call us."
)
TABLE = "| Plan | Fee |\n|---|---|\n| Basic plan | 12 dollars |\n| Gold plan | 30 dollars |"
FAQ = (
    "## How long is the warranty of the kettle?\n\nTwo years. Keep the receipt.\n\n"
    "Can I repair it myself?\nNever. Send it to us. We repair it within ten days.\n\n"
    "Lids cost extra."
)


def shown(text):
    """Of each quote of the text, its parts; those that are cited with a star."""
    return {
        q.text: [part.text + "*" * part.cited for part in q.parts]
        for q in quotes_of(make_sources(text)[0])
    }


def quote(text, said):
    return next(q for q in quotes_of(make_sources(text)[0]) if q.text == said)


def test_an_item_stands_under_the_line_that_leads_into_it_and_the_line_over_its_items():
    parts = shown(LIST)
    assert parts["- glasses"] == ["The Gold plan includes:", "- glasses*"]
    assert parts["The Gold plan includes:"] == [
        "The Gold plan includes:",
        "- crowns at half price*",
        "- two cleanings a year*",
        "- glasses*",
    ]
    assert parts["Call us."] == ["Call us.*"]


def test_a_row_stands_under_the_head_of_its_table_and_the_head_is_no_quote():
    parts = shown(f"{TABLE}\n\nPrices may change.")
    assert parts["| Gold plan | 30 dollars |"] == [
        "| Plan | Fee |",
        "|---|---|",
        "| Gold plan | 30 dollars |*",
    ]
    assert "| Plan | Fee |" not in parts
    assert parts["Prices may change."] == ["Prices may change.*"]


def test_a_question_in_a_document_is_quoted_with_its_answer():
    parts = shown(FAQ)
    assert parts["## How long is the warranty of the kettle?"] == [
        "## How long is the warranty of the kettle?",
        "Two years.*",
        "Keep the receipt.*",
    ]
    assert parts["Can I repair it myself?"] == [
        "Can I repair it myself?",
        "Never.*",
        "Send it to us.*",
        "We repair it within ten days.*",
    ]


def test_a_field_stands_under_the_first_of_its_record():
    parts = shown(
        "name: Gold plan\nfee: 30 dollars\nnote: Cancel it by the end of any month that you want."
        "\n\nname: Basic plan\nfee: 12 dollars\n\nQ: How long?\nA: Two years"
    )
    assert parts["fee: 30 dollars"] == ["name: Gold plan", "fee: 30 dollars*"]
    assert parts["fee: 12 dollars"] == ["name: Basic plan", "fee: 12 dollars*"]
    assert parts["name: Basic plan"] == ["name: Basic plan*"]
    assert parts["Q: How long?"] == ["Q: How long?", "A: Two years*"]
    assert parts["A: Two years"] == ["A: Two years*"]


def test_a_heading_is_quoted_with_what_stands_under_it():
    parts = shown(
        "## Warranty of the kettle\n\nIt lasts two years. Keep the receipt.\n\nLids cost extra.\n\n"
        "## What is covered\n\n- the handle\n- the lid\n\n## More\n\n## The end of it"
    )
    assert parts["## Warranty of the kettle"] == [
        "## Warranty of the kettle",
        "It lasts two years.*",
        "Keep the receipt.*",
    ]
    assert parts["- the lid"] == ["## What is covered", "- the lid*"]
    assert parts["Lids cost extra."] == ["Lids cost extra.*"]
    assert parts["## The end of it"] == ["## The end of it*"]


def test_a_title_without_a_mark_is_one_over_a_sentence_alone():
    title = "Balance Billing Protection"
    under = "You pay no more than the allowed amount."
    assert shown(f"It ends here.\n\n{title}\n{under} Ask us.\n\nMore.")[title] == [
        title,
        f"{under}*",
        "Ask us.*",
    ]
    assert shown(f"{title}\nCOSTS - {title}\n\n{under}\n\nMore.")[title] == [
        title,
        f"COSTS - {title}",
        f"{under}*",
    ]
    assert shown(f"{title}\nCopayment and Deductible")[title] == [f"{title}*"]
    assert shown("Phone number: 555\nCall us.")["Phone number: 555"] == ["Phone number: 555*"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ada has a kettle. It was made in 1911.", ["Ada has a kettle.*", "It was made in 1911.*"]),
        ("Ada has a kettle.\n\nIt was made in 1911.", ["It was made in 1911.*"]),
        ("- kettles\n\nIt was made in 1911.", ["It was made in 1911.*"]),
        (f"Ada {'has ' * 120}it. It was made in 1911.", ["It was made in 1911.*"]),
        ("Le roi partit. Il revint en 1911.", ["Le roi partit.*", "Il revint en 1911.*"]),
    ],
)
def test_a_sentence_about_it_is_quoted_with_the_one_before(text, parts):
    assert list(shown(text).values())[-1] == parts


def test_a_short_sentence_that_completes_one_goes_with_it_and_a_long_one_does_not():
    first = "No free quark was ever seen."
    assert shown(f"{first} This is called confinement.")[first] == [
        f"{first}*",
        "This is called confinement.*",
    ]
    assert shown(f"{first} This {'really ' * 40}is so.")[first] == [f"{first}*"]


TIPS = (
    "Huts\n\nDogs need a few things. These include:\n• a bowl. Bring your own.\n• a lead\n\n"
    "Call us. We help."
)


def test_a_list_comes_whole_with_the_sentence_that_its_lead_points_back_to():
    for said in ("These include:", "• a bowl.", "Bring your own."):
        told = quote(TIPS, said).announced()
        assert told is not None
        assert [part.text for part in told.parts] == [
            "Dogs need a few things.",
            "These include:",
            "• a bowl.",
            "Bring your own.",
            "• a lead",
        ]
        assert (told.shown, told.of) == (2, 2)


def test_an_item_comes_with_all_its_sentences():
    assert [p.text for p in quote(TIPS, "Bring your own.").parts][-2:] == [
        "• a bowl.",
        "Bring your own.",
    ]


def test_of_a_long_list_the_first_items_come_and_their_number():
    text = "Rules:\n" + "\n".join(f"- {'Guests sleep ' * 40}{n}" for n in range(9))
    told = quote(text, "Rules:").announced()
    assert told is not None
    assert told.of == 9
    assert 0 < told.shown < 9
    assert sum(part.cited for part in told.parts) == told.shown


def test_a_table_comes_with_the_line_that_announces_it():
    for table in (TABLE, "Plan | Fee\nBasic plan | 12\nGold plan | 30"):
        told = quote(f"The fees are as follows:\n\n{table}", "The fees are as follows:").announced()
        assert told is not None
        assert told.of == 2
        assert "Gold plan" in told.parts[-1].text
        assert told.parts[1].text.strip("| ").startswith("Plan")


def test_a_heading_over_a_paragraph_that_leads_into_a_list_comes_with_both():
    text = "## Dogs\n\nThey are welcome. They need:\n- a bowl\n- a lead\n\nMore."
    assert [p.text for p in quote(text, "## Dogs").parts] == [
        "## Dogs",
        "They are welcome.",
        "They need:",
        "- a bowl",
        "- a lead",
    ]


def test_a_sentence_that_the_end_of_a_page_cuts_comes_whole():
    text = "Guests of the hut pay\n\nforty dollars at the door. They sleep well."
    whole = ["Guests of the hut pay", "forty dollars at the door."]
    for said in whole:
        assert [p.text for p in quote(text, said).parts][:2] == whole


def test_what_follows_from_the_sentence_before_comes_with_it():
    text = "The bridge is gone. Therefore guests take the boat."
    assert len(quote(text, "Therefore guests take the boat.").parts) == 2
