"""Answers without a language model are quotes, or say that there is nothing to quote."""

from dataclasses import replace

import orjson
from tests.support.chat import make_snippet

from lodgepole.adapters.memory.embedder import MemoryEmbedder
from lodgepole.adapters.memory.tokenizer import MemoryTokenizer
from lodgepole.chat.citing.citations import Citer
from lodgepole.chat.localised_phrases import ENGLISH, phrases
from lodgepole.chat.quoting.quote_selection import LEAD, NOTHING_FOUND, ExtractiveChatModel
from lodgepole.model import ModelEnded, ModelRequest, ModelText, Source
from lodgepole.text.words import squeeze


def ask(question, *snippets, **more):
    sources = tuple(Source(number=n, snippet=s) for n, s in enumerate(snippets, start=1))
    return ModelRequest(model="extractive", messages=(), question=question, sources=sources, **more)


async def generate(request):
    model = ExtractiveChatModel(MemoryEmbedder(), MemoryTokenizer())
    events = [e async for e in model.stream(request)]
    return "".join(e.text for e in events if isinstance(e, ModelText)), events[-1]


TABLE = make_snippet(
    "Prices\n| Plan | Monthly fee |\n| --- | --- |\n| Bronze plan | 10 dollars |\n"
    "| Silver plan | 25 dollars |"
)
PROSE = make_snippet(
    "The warranty of the kettle lasts two\nyears from the day of purchase. Keep the receipt [3].",
    name="kettle.txt",
)


async def test_quotes_the_sentence_that_answers_with_its_sources_number():
    text, end = await generate(ask("How long does the warranty of the kettle last?", TABLE, PROSE))
    assert text.startswith(LEAD)
    assert "The warranty of the kettle lasts two years from the day of purchase. [2]" in text
    assert isinstance(end, ModelEnded)
    assert end.finish_reason == "stop"
    assert end.usage.prompt_tokens > 0
    assert end.usage.completion_tokens > 0


class EnglishEmbedder(MemoryEmbedder):
    """An embedder that is known to know English alone."""

    @property
    def identity(self):
        return replace(super().identity, model="all-MiniLM-L6-v2")


async def test_in_a_language_that_the_embedder_does_not_know_little_is_shown_as_near():
    german = make_snippet("Bei Störungen der Heizung hilft Frau Ahrens. Der Hof ist im Winter zu.")
    question = "Wer hilft abends und nachts im Aufzug?"
    for embedder, is_near in ((EnglishEmbedder(), True), (MemoryEmbedder(), False)):
        model = ExtractiveChatModel(embedder, MemoryTokenizer())
        request = ask(question, german)
        said = [e.text async for e in model.stream(request) if isinstance(e, ModelText)]
        assert ("".join(said).startswith(phrases(question).unclear)) is is_near
        assert ("Frau Ahrens" in "".join(said)) is is_near


async def test_a_speech_that_does_not_name_its_speaker_is_shown_rather_than_refused():
    speech = make_snippet("I planted trees by my house. I am your mayor. My trees are tall.")
    text, _ = await generate(ask("What did Mayor Jensen say about bicycles in winter?", speech))
    assert NOTHING_FOUND not in text
    assert text.startswith(ENGLISH.unclear) or ENGLISH.nearest in text
    assert "[1]" in text


async def test_a_table_row_is_quoted_under_its_tables_head():
    text, _ = await generate(ask("What is the monthly fee of the Silver plan?", TABLE))
    head = "| Plan | Monthly fee |\n| --- | --- |"
    assert f"{head}\n| Silver plan | 25 dollars | [1]" in text


async def test_every_quote_passes_the_citation_check_verbatim():
    request = ask("How long does the warranty of the kettle last? Keep the receipt?", PROSE, TABLE)
    text, _ = await generate(request)
    citer = Citer(request.sources)
    events = [*citer.feed(text), *citer.close()]
    assert citer.verifications
    assert {v.kind for v in citer.verifications} == {"verbatim"}
    answer = "".join(e.text for e in events if hasattr(e, "text"))
    for event in events:
        if hasattr(event, "citation"):
            assert squeeze(event.citation.references[0].highlight) in answer


async def test_says_plainly_that_the_documents_do_not_answer():
    text, _ = await generate(ask("Who won the chess championship?", TABLE, PROSE))
    assert text == NOTHING_FOUND


async def test_says_so_without_any_source():
    text, _ = await generate(ask("Anything?"))
    assert text == NOTHING_FOUND


async def test_json_mode_gives_one_object_with_the_answer_and_its_quotes():
    text, _ = await generate(
        ask("How long does the warranty of the kettle last?", PROSE, json_object=True)
    )
    answer = orjson.loads(text)
    assert answer["answer"].startswith("The warranty of the kettle lasts two years")
    assert answer["quotes"][0] == answer["answer"]


SALES = make_snippet(
    "# Tallgrass 2020\nTallgrass ran 42 shops at the end of 2020. It sold seeds.", name="sales.md"
)
BIRCH = make_snippet("# Birch 2021\nBirch ran 7 shops at the end of 2021.", name="birch.md")


async def test_every_quote_names_its_file_and_heading():
    text, _ = await generate(ask("How many shops did Tallgrass run at the end of 2020?", SALES))
    assert "sales.md › Tallgrass 2020:\nTallgrass ran 42 shops at the end of 2020. [1]" in text


async def test_a_name_that_no_source_mentions_is_said_first():
    text, _ = await generate(ask("How many shops did Walnut run at the end of the year?", SALES))
    assert text.startswith("None of the passages found mentions “Walnut”.")


async def test_another_year_is_never_given_without_saying_so():
    text, _ = await generate(
        ask("How many shops did Tallgrass run at the end of 2021?", SALES, BIRCH)
    )
    assert text.startswith(("None of these passages mentions “2021”", "I found no"))


async def test_what_is_named_without_what_is_asked_of_it_is_no_clear_answer():
    note = make_snippet("customer: Tallgrass\nproduct: Garden hose\nstate: shipped", name="n.json")
    text, _ = await generate(ask("Who is the treasurer of Tallgrass?", note))
    assert text.startswith((ENGLISH.unclear, NOTHING_FOUND))


async def test_a_sentence_with_a_pronoun_near_its_beginning_comes_with_the_one_before():
    rules = make_snippet("The limit for a hotel night is 90 euros for staff. For guests it is 70.")
    text, _ = await generate(ask("What is the limit for a hotel night for guests?", rules))
    assert "90 euros for staff. [1] For guests it is 70. [1]" in text


async def test_of_an_endless_question_the_end_is_read(monkeypatch):
    asked: list[str] = []
    embedder = MemoryEmbedder()
    monkeypatch.setattr(
        "lodgepole.chat.quoting.named_sources.anchors",
        lambda question: asked.append(question) or [],
    )
    model = ExtractiveChatModel(embedder, MemoryTokenizer())
    request = ModelRequest(
        model="m",
        messages=(),
        question="word " * 100_000 + "Where?",
        sources=(),
        temperature=None,
        max_output_tokens=100,
        json_object=False,
    )
    assert [event async for event in model.stream(request)]
    assert len(asked[0]) == 8_000
    assert asked[0].endswith("Where?")


async def test_the_gist_is_answered_by_an_outline_that_says_what_it_is():
    text, _ = await generate(ask("What is this document about?", SALES))
    assert text.startswith(ENGLISH.outline)
    assert "sales.md › Tallgrass 2020:\nTallgrass ran 42 shops at the end of 2020. [1]" in text


async def test_what_must_be_counted_is_answered_by_all_rows():
    plots = make_snippet(
        "Plot: A1 | Tenant: Ode | Fee: 40\nPlot: A2 | Tenant: Ibsen | Fee: 55", name="plots.csv"
    )
    text, _ = await generate(ask("Which plot has the highest fee of a tenant?", plots))
    assert text.startswith(ENGLISH.rows)
    assert "Fee: 40 [1]" in text
    assert "Fee: 55 [1]" in text


async def test_a_list_is_quoted_whole_where_all_of_it_is_asked_for():
    rules = make_snippet(
        "Guests of the hut agree to the house rules as follows:\n- Boots stay outside.\n"
        "- The stove is lit by the warden.\n- Lights are out at ten.\n\nThe hut is old."
    )
    text, _ = await generate(ask("What are the house rules for guests of the hut?", rules))
    assert text.count("\n- ") == 3
    assert "The hut is old" not in text


async def test_of_a_list_that_is_too_long_it_is_said_how_many_items_are_shown():
    items = "\n".join(f"- Rule {n} {'of the house for guests of the hut ' * 9}" for n in range(12))
    rules = make_snippet(f"The house rules for guests are:\n{items}", pages=(7,))
    text, _ = await generate(ask("What are the house rules for guests?", rules))
    assert "of 12, page 7)" in text


async def test_a_word_that_a_question_turns_on_and_no_source_has_is_said_first():
    text, _ = await generate(
        ask("Does the warranty of the kettle cover veterinary bills for hamsters?", PROSE)
    )
    assert text.startswith(("None of the passages found mentions “veterinary”", NOTHING_FOUND))


async def test_a_product_is_not_the_common_word_that_looks_like_it():
    premiums = make_snippet("The premiums of a plan are paid each month and cost 12 dollars.")
    text, _ = await generate(ask("What does the Premium plan cost each month?", premiums))
    assert text.startswith("None of the passages found mentions “Premium”.")


async def test_what_does_not_come_near_the_best_is_left_out():
    text, _ = await generate(ask("How long does the warranty of the kettle last?", PROSE, TABLE))
    assert "dollars" not in text


async def test_a_figure_that_the_quotes_do_not_have_is_not_told_as_found():
    pay = make_snippet("The salary of the warden of the hut is competitive.")
    text, _ = await generate(ask("How much is the salary of the warden of the hut?", pay))
    assert text.startswith(ENGLISH.unclear)


HUT = make_snippet(
    "# Dogs\nDogs of guests are welcome in the hut. They sleep outside.\n\n"
    "Dogs need a lead and a bowl. Guests bring both.\n\n"
    "By following these rules about dogs you can help all guests of the hut.\n\n"
    "# Beds\nThe beds of the hut are hard.",
    name="hut.md",
    sections=((0, ("Dogs",)), (190, ("Beds",))),
)


async def test_a_question_for_several_things_is_answered_by_the_section():
    text, _ = await generate(ask("What are the rules for dogs of guests in the hut?", HUT))
    assert text.count("Dogs of guests are welcome in the hut.") == 1
    assert "They sleep outside. [1]" in text
    assert "Guests bring both. [1]" in text
    assert "hard" not in text


async def test_main_points_of_a_matter_are_no_outline_of_its_document():
    text, _ = await generate(ask("What are the key points about dogs in the hut?", HUT))
    assert text.startswith(LEAD)
    assert "Guests bring both. [1]" in text


async def test_the_sentence_after_a_quote_comes_where_the_quote_has_no_figure_that_is_asked_for():
    fees = make_snippet("Guests of the hut pay for a night. The warden takes 40 dollars at ten.")
    text, _ = await generate(ask("How much do guests of the hut pay for a night?", fees))
    assert "40 dollars" in text


async def test_a_sentence_that_several_files_have_is_quoted_once():
    one = make_snippet("The warranty of the kettle lasts two years. Keep it.", name="a.txt")
    two = make_snippet("Read this. The warranty of the kettle lasts two years.", name="b.txt")
    text, _ = await generate(ask("How long does the warranty of the kettle last?", one, two))
    assert text.count("lasts two years") == 1


async def test_a_heading_with_the_questions_words_is_no_answer():
    report = make_snippet(
        "FIRE INSPECTION REPORT\n\nSite: Hut 7\nInspector: M. Rowlands\n\n"
        "Findings of fire inspector:\n"
        "Two fire doors of the hut do not close.\nThe extinguisher of the hut is empty."
    )
    text, _ = await generate(ask("What did the fire inspection of the hut find?", report))
    assert "Two fire doors of the hut do not close." in text


async def test_a_duration_in_words_counts():
    leave = make_snippet("Special leave of guests is granted so:\n- moving to the hut: one day\n")
    text, _ = await generate(
        ask("How many days of special leave are for moving to the hut?", leave)
    )
    assert text.startswith(LEAD)


async def test_a_speaker_whom_no_source_names_is_said_after_the_answer():
    speech = make_snippet(
        "My fellow citizens, I say that the harbour is stronger than ever. I built it myself.",
        name="speech.md",
    )
    text, _ = await generate(ask("What did Mayor Quillon say about the harbour?", speech))
    assert text.startswith(LEAD)
    assert text.endswith(f"({ENGLISH.no_mention.format(names='“Mayor Quillon”')})")
