"""The console in a real browser, against a real server with real documents."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = [pytest.mark.live, pytest.mark.slow]

KEY = "key-of-the-console-tests"
QUOTING = "lodgepole-extractive"
EXAMPLES = Path(__file__).parents[2] / "examples"
SIGNED_LINK = "How long does a signed link to a file stay valid?"
PAGES = ("playground", "files", "evaluation", "settings", "api")
FIRST_PAINT_MS = 300


def visit(page: Page, tab: str, assistant: str = "handbook") -> None:
    page.goto(f"/console#/assistants/{assistant}/{tab}")


def create(page: Page, name: str) -> None:
    page.get_by_role("button", name="New assistant").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="Files", exact=True)).to_be_visible()


def ask(page: Page, question: str, model: str = QUOTING) -> None:
    """Ask in the playground; by default the model that quotes."""
    if not page.get_by_label("Model", exact=True).is_visible():
        page.locator(".composer summary").first.click()
    page.get_by_label("Model", exact=True).select_option(model)
    page.get_by_label("Question").press_sequentially(question[:3])
    page.get_by_label("Question").fill(question)
    page.get_by_label("Question").press("Enter")


def drop(page: Page, *paths: Path) -> None:
    """Let files fall where they can be dropped, as a mouse does."""
    files = [
        {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}
        for path in paths
    ]
    page.locator(".drop").evaluate(
        """(place, files) => {
            const dataTransfer = new DataTransfer();
            for (const { name, content } of files) {
                const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
                dataTransfer.items.add(new File([bytes], name));
            }
            place.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
        }""",
        files,
    )


# --- signing in -------------------------------------------------------------------------------


def test_a_wrong_key_is_refused_in_words(page: Page):
    page.goto("/console")
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Invalid API key.")).to_be_visible()
    expect(page.get_by_label("API key")).to_have_attribute("aria-invalid", "true")


def test_the_key_stays_in_the_tab_and_is_gone_after_signing_out(page: Page, enter):
    enter(page)
    visit(page, "settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert KEY not in page.url
    assert page.evaluate("() => JSON.stringify(sessionStorage)").count(KEY) == 1
    assert KEY not in page.evaluate("() => JSON.stringify(localStorage) + document.cookie")
    page.reload()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_focused()
    assert KEY not in page.evaluate("() => JSON.stringify(sessionStorage)")


# --- assistants and files ---------------------------------------------------------------------


def test_an_assistant_lives_a_whole_life_without_a_mouse(signed_in: Page):
    page = signed_in
    page.get_by_role("button", name="New assistant").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("by hand")
    page.keyboard.press("Enter")
    expect(page.get_by_text("letters, digits or hyphens")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("by-hand")
    page.keyboard.press("Tab")
    page.keyboard.type("Be brief.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Files", exact=True)).to_be_visible()
    expect(page.locator("main")).to_be_focused()
    visit(page, "settings", "by-hand")
    expect(page.get_by_label("Instructions")).to_have_value("Be brief.")
    page.get_by_role("textbox", name="Metadata").fill("[1]")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("must be a JSON object")).to_be_visible()
    page.get_by_role("textbox", name="Metadata").fill('{"team": "port"}')
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Delete assistant").press("Enter")
    expect(page.get_by_label("to confirm")).to_be_focused()
    page.keyboard.type("by-han")
    expect(page.get_by_role("button", name="Delete for good")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete assistant")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("to confirm")).to_be_focused()
    page.keyboard.type("by-hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="handbook")).to_be_visible()
    expect(page.get_by_role("link", name="by-hand")).to_have_count(0)


def test_dropped_files_are_followed_until_they_are_ready_or_failed_in_words(
    signed_in: Page, tmp_path: Path
):
    page = signed_in
    create(page, "dropped")
    broken, odd = tmp_path / "broken.pdf", tmp_path / "odd.xyz"
    broken.write_bytes(b"no")
    odd.write_bytes(b"no")
    drop(page, EXAMPLES / "faq.txt", EXAMPLES / "user-guide.md", broken, odd)
    expect(page.get_by_text("2 files are ready")).to_be_visible()
    uploads = page.get_by_role("list", name="Uploads")
    expect(uploads.get_by_text("is of no kind that can be read")).to_be_visible()
    files = page.locator(".files > li")
    expect(files).to_have_count(3)
    expect(files.filter(has_text="is damaged or not a PDF")).to_have_count(1)
    expect(uploads.locator(":scope > li")).to_have_count(1)  # one row an upload
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)  # it cannot help
    expect(files.filter(has_text="Ready")).to_have_count(2)
    find_and_sort(page)
    edit_and_filter(page)
    download_and_delete(page)


def test_files_that_wait_for_their_turn_look_like_those_on_the_way(signed_in: Page, tmp_path: Path):
    page = signed_in
    create(page, "turns")
    held: list[Route] = []
    page.route(
        "**/assistant/files/turns",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    paths = [tmp_path / f"{n}.txt" for n in range(4)]
    for path in paths:
        path.write_text("Something to read.", encoding="utf-8")
    drop(page, *paths)
    lines = page.get_by_role("list", name="Uploads").locator(":scope > li")
    expect(lines.filter(has_text="Waiting")).to_have_count(1)
    boxes = [line.bounding_box() for line in lines.all()]
    assert len({box["height"] for box in boxes if box}) == 1, boxes
    for route in [*held]:  # the one that then takes its turn is held, too
        route.abort()
    expect(lines.filter(has_text="Failed")).to_have_count(3)


def find_and_sort(page: Page) -> None:
    """By name, by status and in order; then metadata of those that are chosen."""
    files = page.locator(".files > li")
    page.get_by_label("Order").select_option("name")
    expect(files.locator(".name")).to_have_text(["broken.pdf", "faq.txt", "user-guide.md"])
    page.get_by_label("Status").select_option("ProcessingFailed")
    expect(files.locator(".name")).to_have_text(["broken.pdf"])
    page.get_by_label("Status").select_option("")
    page.get_by_label("Search by name").fill("GUIDE")
    expect(files.locator(".name")).to_have_text(["user-guide.md"])
    page.get_by_label("Choose user-guide.md").check()
    page.get_by_role("button", name="Metadata of all").click()
    page.get_by_role("button", name="Add a value").last.click()
    page.keyboard.type("year")
    page.get_by_role("textbox", name="Value 1").last.fill("2024")
    page.get_by_role("button", name="Save").click()
    expect(files.get_by_text("year 2024")).to_be_visible()
    page.get_by_label("Search by name").fill("")
    page.get_by_label("Choose all that are listed").check()
    page.get_by_role("button", name="Metadata of all").click()
    page.get_by_role("textbox", name="Name 1").last.fill("team")
    page.get_by_role("textbox", name="Value 1").last.fill("port")
    page.get_by_role("button", name="Save").click()
    expect(files.get_by_text("team port")).to_have_count(2)  # the broken one has no content
    page.get_by_role("button", name="Metadata of all").click()
    page.get_by_label("Take away").fill("team, nothing")
    page.get_by_role("button", name="Save").click()
    expect(files.get_by_text("team port")).to_have_count(0)
    expect(files.get_by_text("year 2024")).to_be_visible()
    page.get_by_role("button", name="None").click()


def edit_and_filter(page: Page) -> None:
    faq = page.locator(".files > li").filter(has_text="faq.txt")
    faq.get_by_role("button", name="Metadata").click()
    page.get_by_role("button", name="Add a value").last.click()
    page.keyboard.type("year")
    page.get_by_label("Kind of value 1").last.select_option("Number")
    page.get_by_role("textbox", name="Value 1").last.fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is to be a number")).to_be_visible()
    page.get_by_role("textbox", name="Value 1").last.fill("2024")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(faq.get_by_text("year 2024")).to_be_visible()
    page.get_by_text("Filter by metadata").click()
    filters = page.get_by_role("group", name="Filter").locator("visible=true")
    filters.get_by_role("button", name="Add a condition").click()
    page.keyboard.type("year")
    filters.get_by_label("Comparison 1").select_option("is at least")
    filters.get_by_role("combobox", name="Value 1").fill("2025")
    expect(page.get_by_text("No file matches")).to_be_visible()
    filters.get_by_label("Comparison 1").select_option("is")
    filters.get_by_role("combobox", name="Value 1").fill("2024")
    expect(filters.get_by_text('Files have “year” as a text too: write "2024"')).to_be_visible()
    filters.get_by_label("Comparison 1").select_option("is at least")
    expect(page.locator(".files > li")).to_have_count(1)
    filters.get_by_role("button", name="Write JSON").click()
    filters.get_by_label("Filter as JSON").fill('{"year": {"$nope": 1}}')
    expect(page.get_by_role("alert").filter(has_text="$nope")).to_be_visible()
    filters.get_by_role("button", name="Clear").click()
    expect(page.locator(".files > li")).to_have_count(3)


def download_and_delete(page: Page) -> None:
    faq = page.locator(".files > li").filter(has_text="faq.txt")
    with page.expect_download() as downloading:
        faq.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == "faq.txt"
    assert downloading.value.path().read_bytes() == (EXAMPLES / "faq.txt").read_bytes()
    page.get_by_role("button", name="Delete faq.txt").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".files > li")).to_have_count(2)
    page.get_by_label("Choose all that are listed").check()
    page.get_by_role("button", name="Delete all").click()
    expect(page.get_by_role("dialog").get_by_text("broken.pdf")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="No files yet")).to_be_visible()


# --- asking -----------------------------------------------------------------------------------


def test_a_citation_opens_the_pdf_at_its_page_with_the_quoted_words_marked(signed_in: Page):
    page = signed_in
    visit(page, "playground")
    ask(page, SIGNED_LINK)
    expect(page.locator(".measures")).to_contain_text("tokens")
    expect(page.locator(".measures")).to_contain_text("Quotes only, no language model")
    expect(page.locator("main")).not_to_contain_text(QUOTING)  # a name that nobody knows
    expect(page.get_by_label("Temperature")).to_be_disabled()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy answer").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "one hour" in page.evaluate("() => navigator.clipboard.readText()")
    chip = page.get_by_role("button", name="Source 1: operator-handbook.pdf").first
    chip.click()
    expect(page.get_by_role("document", name="of operator-handbook.pdf")).to_be_visible()
    beside = page.get_by_role("complementary", name="operator-handbook.pdf")
    expect(beside.locator("mark").first).to_be_attached()
    marked = "".join(beside.locator("mark").all_text_contents())
    quoted = beside.locator(".quote blockquote").inner_text()
    assert letters(marked) == letters(quoted)
    assert "one hour" in quoted
    expect(page.get_by_label("Question")).to_be_in_viewport()  # the answer is not covered
    search_in(beside)
    before = int(page.get_by_role("textbox", name="Page").input_value())
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("textbox", name="Page")).to_have_value(str(before + 1))
    page.locator(".choice").get_by_text("Text").click()
    expect(page.locator(".text mark.now")).to_have_text(quoted)
    expect(page.locator(".text mark.now")).to_be_in_viewport()
    expect(page.locator(".text").get_by_text(f"Page {before}", exact=True).first).to_be_attached()
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()


def search_in(beside: Locator) -> None:
    """Search goes from match to match over all pages; nothing found is said so."""
    before = beside.get_by_role("textbox", name="Page").input_value()
    words = beside.get_by_label("Search in the document")
    words.fill("DATA  directory")
    expect(beside.get_by_text(re.compile(r"^1 of \d+$"))).to_be_visible()
    expect(beside.locator("mark.hit.now")).to_have_text(re.compile("data directory", re.IGNORECASE))
    words.press("Enter")
    expect(beside.get_by_text(re.compile(r"^2 of \d+$"))).to_be_visible()
    words.fill("nobody wrote this")
    expect(beside.get_by_text("Not found")).to_be_visible()
    words.fill("")
    beside.get_by_role("textbox", name="Page").fill(before)
    beside.get_by_role("textbox", name="Page").press("Tab")


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def test_the_snippets_behind_an_answer_are_shown_with_scores_and_mark_their_text(signed_in: Page):
    page = signed_in
    visit(page, "playground")
    ask(page, "Which endings of names decide how a file is read?")
    page.get_by_text("Retrieved snippets").click()
    snippet = page.locator(".snippets li").filter(has_text="user-guide.md").first
    expect(snippet).to_contain_text(re.compile(r"0\.\d{3}|1\.000"))
    snippet.get_by_role("button").click()
    marked = page.locator(".beside .text mark").first
    expect(marked).to_be_visible()
    assert len(letters("".join(page.locator(".text mark").all_text_contents()))) > 20


def test_text_of_a_word_file_is_shown_as_it_was_read(signed_in: Page):
    page = signed_in
    visit(page, "playground")
    ask(page, "What is not searched from the moment a deletion is accepted?")
    page.get_by_text("Retrieved snippets").click()
    page.locator(".snippets li").filter(has_text="administrator-guide.docx").first.get_by_role(
        "button"
    ).click()
    text = page.get_by_role("document", name="Text of administrator-guide.docx")
    expect(text.locator("mark").first).to_be_in_viewport()
    expect(text.get_by_role("heading", name="Lodgepole Administrator Guide")).to_be_attached()
    expect(text.get_by_text("Page 2", exact=True)).to_be_attached()


def test_marks_are_where_they_belong_behind_letters_of_two_units(signed_in: Page, tmp_path: Path):
    page = signed_in
    create(page, "letters")
    path = tmp_path / "birds.md"
    path.write_text("# Birds 🦆🦢\n\nA duck 🦆 swims.\n\nA swan 🦢 flies in spring.\n", "utf-8")
    drop(page, path)
    expect(page.get_by_text("One file is ready")).to_be_visible()
    visit(page, "playground", "letters")
    ask(page, "When does a swan fly?")
    page.get_by_role("button", name="Source 1").click()
    quoted = page.locator(".quote blockquote").inner_text()
    expect(page.locator(".text mark").first).to_be_visible()
    marked = "".join(page.locator(".text mark").all_text_contents())
    assert letters(marked) == letters(quoted)
    expect(page.locator(".text p").last).to_have_text("A swan 🦢 flies in spring.")


# --- keys and usage ---------------------------------------------------------------------------


def test_a_key_is_made_shown_once_used_and_revoked(signed_in: Page, browser, url):
    page = signed_in
    page.get_by_role("link", name="Keys and usage").click()
    expect(page.get_by_role("heading", name="Keys and usage")).to_be_visible()
    expect(page.locator(".tile").filter(has_text="Assistants")).to_contain_text("file")
    expect(page.get_by_role("img", name="Requests by day")).to_be_visible()
    page.locator(".choice").get_by_text("Files", exact=True).click()
    expect(page.get_by_role("img", name="Files by day and assistant")).to_be_visible()
    expect(page.locator(".legend").last).to_contain_text("handbook 5")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name", exact=True).fill("reader")
    page.get_by_label("It may").select_option("data_read")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("API key", exact=True).inner_text()
    assert secret.startswith("lp_")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    expect(page.get_by_role("button", name="Revoke seeded by the operator")).to_be_disabled()
    context = browser.new_context(base_url=url)
    other = context.new_page()
    other.goto("/console#/administration")
    other.get_by_label("API key").fill(secret)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_text("This page is for keys with “all”.")).to_be_visible()
    expect(other.get_by_role("link", name="Keys and usage")).to_have_count(0)
    other.goto("/console#/assistants/handbook/files")
    expect(other.get_by_text("5 files")).to_be_visible()
    expect(other.get_by_role("button", name="Download")).to_have_count(5)
    refusing = re.compile("Delete|Metadata|Choose|Save")
    expect(other.get_by_role("button", name=refusing)).to_have_count(0)
    other.goto("/console#/assistants/handbook/settings")
    expect(other.get_by_text("may not change assistants")).to_be_visible()
    expect(other.get_by_role("button", name=refusing)).to_have_count(0)
    page.get_by_role("button", name="Revoke reader").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("button", name="Revoke reader")).to_have_count(0)
    other.goto("/console#/assistants/handbook/files")
    expect(other.get_by_text("This key is not valid any more.")).to_be_visible()
    context.close()


def test_an_answer_can_be_stopped_and_then_costs_nothing_more(signed_in: Page, model):
    page = signed_in
    visit(page, "playground")
    model.say("The bridge ", "opens ")
    ask(page, "When does the bridge open?", "gpt-4o")
    expect(page.locator(".answer")).to_contain_text("The bridge opens")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    for _ in range(100):  # the next words reach no one
        model.words.put("and opens ")
        if model.left.wait(0.05):
            break
    assert model.left.is_set()
    while not model.words.empty():
        model.words.get_nowait()


def test_whatever_a_model_says_is_shown_as_text(signed_in: Page, model):
    page = signed_in
    visit(page, "playground")
    said = (
        "**Bold** <img src=x onerror=alert(1)> ![p](http://evil.test/x) [l](http://evil.test)\n\n"
        "- one\n- two\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    model.say(said, None)
    ask(page, "What do you say?", "gpt-4o")
    expect(page.locator(".measures")).to_be_visible()
    answer = page.locator(".answer")
    expect(answer.locator("strong")).to_have_text("Bold")
    expect(answer.locator("li")).to_have_count(2)
    expect(answer.locator("td")).to_have_count(2)
    expect(answer).to_contain_text("<script>alert(1)</script>")
    expect(answer.locator("img, a, script")).to_have_count(0)


def test_options_that_cannot_be_are_named_before_anything_is_sent(signed_in: Page):
    page = signed_in
    visit(page, "playground")
    page.locator(".composer summary").first.click()
    page.get_by_label("Model", exact=True).select_option("gpt-4o")
    page.get_by_label("Temperature").fill("3")
    ask(page, SIGNED_LINK, "gpt-4o")
    expect(page.get_by_text("Temperature must be a number from 0 to 2.")).to_be_visible()
    page.get_by_label("Temperature").fill("")
    page.get_by_label("Model", exact=True).select_option(QUOTING)
    page.get_by_role("button", name="Add a condition").locator("visible=true").click()
    page.keyboard.type("nothing")
    page.get_by_role("combobox", name="Value 1").locator("visible=true").fill("there")
    page.get_by_label("Question").press("Enter")
    expect(page.locator(".turn .measures")).to_be_visible()


# --- code and evaluation ----------------------------------------------------------------------


def test_what_was_done_is_shown_as_code_without_the_key(signed_in: Page):
    page = signed_in
    visit(page, "playground")
    ask(page, SIGNED_LINK)
    expect(page.locator(".measures")).to_be_visible()
    page.get_by_role("link", name="API", exact=True).click()
    shown = page.locator(".code pre").first
    expect(shown).to_contain_text("chat/handbook")
    expect(shown).to_contain_text(SIGNED_LINK)
    for language, words in (("Python", "pc.assistants.chat("), ("TypeScript", "assistant.chat({")):
        page.get_by_role("radio", name=language).check(force=True)
        expect(shown).to_contain_text(words)
    expect(page.get_by_label("MCP settings", exact=True)).to_contain_text(
        "/mcp/assistants/handbook"
    )
    assert KEY not in page.content()


def test_runs_of_an_evaluation_stand_side_by_side_and_outlive_a_reload(signed_in: Page):
    page = signed_in
    visit(page, "evaluation")
    page.get_by_label("Question").locator("visible=true").fill(SIGNED_LINK)
    page.get_by_label("The answer that is right").fill("It stays valid for one hour.")
    for answer in ("It stays valid for one hour.", "The moon is made of cheese."):
        page.get_by_label("Answer to judge").fill(answer)
        page.get_by_role("button", name="Judge").click()
        expect(page.locator(".run").first).to_contain_text(answer)
    page.reload()
    expect(page.locator(".run")).to_have_count(2)
    worse, better = page.locator(".run .metric:first-of-type strong").all_text_contents()[:2]
    assert float(worse) < float(better)
    page.get_by_role("button", name="Forget all").click()
    expect(page.get_by_text("No runs yet")).to_be_visible()


# --- the page of the API ----------------------------------------------------------------------


def test_every_operation_of_every_version_is_shown_and_can_be_sent(page: Page):
    page.goto("/docs")
    page.get_by_label("API key").fill(KEY)
    versions = page.get_by_label("Version").locator("option").all_text_contents()
    assert {"2025-01", "2026-04", "lodgepole"} <= set(versions)
    for version in versions:
        page.get_by_label("Version").select_option(version)
        document = page.request.get(f"/openapi/{version}.json").json()
        expect(page.locator("details[open]")).to_have_count(0)  # those of the version before
        shown = page.locator("details.operation")
        expect(shown).to_have_count(sum(len(item) for item in document["paths"].values()))
        page.evaluate("() => document.querySelectorAll('details').forEach((d) => d.open = true)")
        expect(shown.get_by_role("button", name="Send")).to_have_count(shown.count())
    page.locator("#describe_me").get_by_role("button", name="Send").click()
    expect(page.locator("#describe_me pre")).to_contain_text('"role": "all"')


# --- every page -------------------------------------------------------------------------------


def test_every_page_fits_a_phone_and_names_its_controls(phone: Page, enter):
    enter(phone)
    for tab in PAGES:
        visit(phone, tab)
        expect(phone.locator(f".tabs a[href$={tab}]")).to_have_attribute("aria-current", "page")
        for summary in phone.locator("summary").locator("visible=true").all():
            summary.click()
        too_wide = phone.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, tab
        assert phone.evaluate(NAMELESS) == [], tab
    for address, heading in (("assistants", "Assistants"), ("administration", "Keys and usage")):
        phone.goto(f"/console#/{address}")
        expect(phone.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(phone.get_by_text("Counting…")).to_have_count(0)
        too_wide = phone.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, address
        assert phone.evaluate(NAMELESS) == [], address


NAMELESS = """() => [...document.querySelectorAll('button, input, select, textarea, a, progress')]
    .filter((one) => one.checkVisibility())
    .filter((one) => !(one.getAttribute('aria-label') ?? one.textContent).trim()
        && !(one.labels?.length && one.labels[0].textContent.trim()))
    .map((one) => one.outerHTML)"""


def test_an_assistant_that_is_not_there_is_an_answer_with_a_way_out(signed_in: Page):
    visit(signed_in, "files", "nobody")
    expect(signed_in.get_by_role("alert")).to_contain_text('Assistant "nobody" not found.')
    signed_in.get_by_role("link", name="All assistants", exact=True).click()
    expect(signed_in.get_by_role("heading", name="Assistants")).to_be_visible()


def test_a_key_that_is_taken_back_leads_to_the_sign_in_page(signed_in: Page):
    signed_in.evaluate("() => sessionStorage.setItem('lodgepole.key', 'taken back')")
    signed_in.reload()
    expect(signed_in.get_by_text("This key is not valid any more.")).to_be_visible()


def test_the_first_paint_is_quick(page: Page):
    page.goto("/console")
    painted: list[float] = []
    for _ in range(6):
        page.reload()
        expect(page.get_by_label("API key")).to_be_visible()
        painted.append(
            page.evaluate(
                "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
            )
        )
    assert min(painted) <= FIRST_PAINT_MS
