"""A quote comes with what it needs to be understood."""

from dataclasses import replace

import pytest
from tests.support.chat import make_snippet, make_sources

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.citations import Citer
from lodgepole.chat.extractive import ExtractiveChatModel
from lodgepole.chat.quotes import quotes_of, together
from lodgepole.model import FileKind, ModelRequest, ModelText, Source

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


@pytest.mark.parametrize(("text", "head"), [(TABLE, 2), (LIST.partition("\n\nCall")[0], 1)])
def test_rows_and_items_under_one_head_are_shown_under_it_once(text, head):
    quotes = [q for q in quotes_of(make_sources(text)[0]) if len(q.parts) == head + 1]
    ((_, parts),) = together([(q, q.parts) for q in quotes[::-1]])
    assert [part.cited for part in parts] == [False] * head + [True] * len(quotes)
    assert parts[-1].text == quotes[0].text


def test_what_has_no_head_or_is_of_another_file_stands_by_itself():
    quotes = [q for s in make_sources(TABLE, TABLE, "One.", "Two.") for q in quotes_of(s)]
    assert [len(parts) for _, parts in together([(q, q.parts) for q in quotes])] == [4, 4, 1, 1]


async def test_lists_and_tables_are_cited_in_json_too():
    for text, question in (
        (LIST, "What does the Gold plan include?"),
        (TABLE, "What is the fee of the Gold plan?"),
    ):
        request = ModelRequest(
            model="quotes",
            messages=(),
            question=question,
            sources=make_sources(text),
            json_object=True,
        )
        model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
        answer = "".join([e.text async for e in model.stream(request) if isinstance(e, ModelText)])
        citer = Citer(request.sources, json=True)
        events = [*citer.feed(answer), *citer.close()]
        assert sum(hasattr(event, "citation") for event in events) >= 2, answer


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


def test_running_lines_are_not_quoted():
    text = "It was dry.\n\nValley Water Report 2025\n\nIt was wet."
    start = text.index("Valley")
    snippet = make_snippet(text, running=((start - 1, start + 25),))
    quoted = [quote.text for quote in quotes_of(Source(number=1, snippet=snippet))]
    assert quoted == ["It was dry.", "It was wet."]


RECORDS = """id: T-1
subject: Export drops the last column
status: resolved
comments[0].author: support
comments[0].body: Lost when its header was empty. Fixed in version 5.8.2, so please update.

id: T-2
subject: Crash of the app on start
status: open
comments[0].author: support
comments[0].body: Caused by the camera permission. Version 5.8.4 asks for it at the first scan."""


def record_source(text):
    snippet = make_snippet(text)
    upload = replace(snippet.file.upload, kind=FileKind.JSON)
    return Source(number=1, snippet=replace(snippet, file=replace(snippet.file, upload=upload)))


def test_what_a_record_says_stands_under_the_field_that_names_it():
    parts = {
        quote.text: [part.text + "*" * part.cited for part in quote.parts]
        for quote in quotes_of(record_source(RECORDS))
    }
    said = "Version 5.8.4 asks for it at the first scan."
    assert parts[said] == ["subject: Crash of the app on start", f"{said}*"]
    assert parts["status: resolved"][0] == "subject: Export drops the last column"
    assert parts["id: T-2"] == ["subject: Crash of the app on start", "id: T-2*"]
    assert parts["subject: Crash of the app on start"] == [
        "subject: Crash of the app on start*",
        "status: open",
        "comments[0].author: support",
        "Caused by the camera permission.",
        said,
    ]


def test_an_answer_of_a_record_stands_under_its_question():
    asked = "question: How long is the warranty?"
    source = record_source(f"id: 7\n{asked}\nanswer: Two years.\ntopic: Kettles and pots")
    parts = {q.text: [p.text + "*" * p.cited for p in q.parts] for q in quotes_of(source)}
    assert parts["answer: Two years."] == [asked, "answer: Two years.*"]
    assert parts[asked] == [asked, "answer: Two years.*", "topic: Kettles and pots*"]


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("id: 22\ntext: It is surrounded by green. The garden of Irena was opened in the summer of "
         "2002. It is one of the largest.",
         "The garden of Irena was opened in the summer of 2002."),
        ("id: 23\ntitle: The old garden\ntext: It is surrounded by green. The garden of Irena was "
         "opened in the summer of 2002. It is one of the largest.",
         "The garden of Irena was opened in the summer of 2002."),
    ],
)  # fmt: skip
def test_sentences_of_a_record_without_a_name_are_as_elsewhere(text, prose):
    quotes = {q.text: [part.text for part in q.parts] for q in quotes_of(record_source(text))}
    name = ["title: The old garden"] if "title" in text else []
    assert quotes[prose] == [*name, prose, "It is one of the largest."]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which version helps against the crash of the app?", "Version 5.8.4 asks"),
        ("What is the status of T-1?", "status: resolved"),
        ("Who worked on the crash of the app on start?", ".author: support"),
    ],
)
async def test_a_record_is_found_by_its_fields_and_answers_by_another(question, words):
    request = ModelRequest(
        model="quotes", messages=(), question=question, sources=(record_source(RECORDS),)
    )
    model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
    parts = [e.text async for e in model.stream(request) if isinstance(e, ModelText)]
    assert words in "".join(parts), parts


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (LIST, "What does the Gold plan include?"),
        (TABLE, "What is the fee of the Gold plan?"),
        (FAQ, "How long is the warranty of the kettle?"),
        ("Ada has a kettle. It was made in 1911.", "When was the kettle that Ada has made?"),
    ],
)
async def test_whatever_is_quoted_is_cited_verbatim(text, question):
    request = ModelRequest(
        model="quotes", messages=(), question=question, sources=make_sources(text)
    )
    model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
    answer = "".join([e.text async for e in model.stream(request) if isinstance(e, ModelText)])
    citer = Citer(request.sources)
    events = [*citer.feed(answer), *citer.close()]
    assert any(hasattr(event, "citation") for event in events), answer
    assert {v.kind for v in citer.verifications} <= {"verbatim", "aligned"}


async def test_a_question_for_a_figure_is_answered_with_one():
    text = "The warranty of the kettle is generous. The warranty of the kettle is two years."
    for asked in ("How long is the warranty of the kettle?", "Wie lange: warranty of the kettle"):
        request = ModelRequest(
            model="quotes", messages=(), question=asked, sources=make_sources(text)
        )
        model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
        parts = [e.text async for e in model.stream(request) if isinstance(e, ModelText)]
        assert "two years" in parts[2], parts


def test_rows_without_marks_stand_under_the_names_of_their_columns():
    parts = shown(
        "Plan | Fee | Days\nBasic plan | 12 | 3\nGold plan | 30 | 9\n\nPrices may change."
    )
    assert parts["Gold plan | 30 | 9"] == ["Plan | Fee | Days", "Gold plan | 30 | 9*"]
    assert "Plan | Fee | Days" not in parts
    assert parts["Prices may change."] == ["Prices may change.*"]


def test_a_record_of_several_columns_stands_by_itself():
    parts = shown("Plan: Basic | Fee: 12\nPlan: Gold | Fee: 30")
    assert parts["Plan: Gold | Fee: 30"] == ["Plan: Gold | Fee: 30*"]


def test_rows_from_the_middle_of_a_table_have_its_head_from_outside():
    (source,) = make_sources("Gold plan | 30\nIron plan | 40")
    source = replace(source, snippet=replace(source.snippet, table_head="Plan | Fee"))
    gold = next(iter(quotes_of(source)))
    assert [part.text for part in gold.parts] == ["Plan | Fee", "Gold plan | 30"]
    assert gold.overlaps(gold)


TIPS = (
    "Huts\n\nDogs need a few things. These include:\n• a bowl. Bring your own.\n• a lead\n\n"
    "Call us. We help."
)


def quote(text, said):
    return next(q for q in quotes_of(make_sources(text)[0]) if q.text == said)


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


def test_an_explanation_is_the_rest_of_its_paragraph_and_more_where_that_is_little():
    text = "One is here. Two is there. Three is far.\n\nFour is away. Five is up.\n\n- six"
    assert [p.text for p in quote(text, "Two is there.").explained(60)] == [
        "Two is there.",
        "Three is far.",
    ]
    assert [p.text for p in quote(text, "One is here.").explained(30)] == [
        "One is here.",
        "Two is there.",
    ]
    assert [p.text for p in quote(text, "Three is far.").explained(500)] == [
        "Three is far.",
        "Four is away.",
        "Five is up.",
    ]
    assert quote(text, "Two is there.").over() == "One is here."


def test_a_sentence_that_the_end_of_a_page_cuts_comes_whole():
    text = "Guests of the hut pay\n\nforty dollars at the door. They sleep well."
    whole = ["Guests of the hut pay", "forty dollars at the door."]
    for said in whole:
        assert [p.text for p in quote(text, said).parts][:2] == whole


def test_what_follows_from_the_sentence_before_comes_with_it():
    text = "The bridge is gone. Therefore guests take the boat."
    assert len(quote(text, "Therefore guests take the boat.").parts) == 2


def test_a_number_alone_names_no_record():
    source = record_source("id: 23\ntown: Bergen")
    parts = {q.text: [p.text for p in q.parts] for q in quotes_of(source)}
    assert parts["town: Bergen"] == ["town: Bergen"]


def test_what_asks_or_announces_and_is_followed_by_nothing_is_bare():
    assert quote("One. How is it?", "How is it?").is_bare
    assert not quote("How is it?\nIt is well.", "How is it?").is_bare


def test_a_part_of_a_sentence_at_the_edge_of_its_source_is_cut():
    long = "The guests of the hut and of all the other huts on the hill pay at the door, and then"
    told = [q.is_cut for q in quotes_of(make_sources(f"of the hut. It is old. {long}")[0])]
    assert told == [True, False, True]
    assert not any(q.is_cut for q in quotes_of(make_sources("of the hut. it is old.")[0]))


def test_an_explanation_ends_before_the_next_heading():
    text = "The hut is old.\n\nBeds and blankets\n\n| Hut | Beds |\n|---|---|\n| Kite | 12 |"
    assert [p.text for p in quote(text, "The hut is old.").explained(500)] == ["The hut is old."]
