"""Conversations in the console: kept, found again, changed, deleted and had back."""

import re

import httpx2
import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from tests.console.conftest import KEY
from tests.console.test_console import SIGNED_LINK, ask, visit

pytestmark = [pytest.mark.live, pytest.mark.slow]

ROLE = "Which role may upload files but may not create assistants?"
TALK = re.compile(r"/playground/conv_\w+$")


def talks(page: Page):
    return page.get_by_role("complementary", name="Conversations")


def answered(page: Page, count: int = 1) -> None:
    expect(page.locator(".turn .measures")).to_have_count(count)


@pytest.fixture
def begun(signed_in: Page) -> Page:
    """A page with a conversation of one question."""
    visit(signed_in, "playground")
    ask(signed_in, SIGNED_LINK)
    answered(signed_in)
    expect(signed_in).to_have_url(TALK)
    return signed_in


def test_a_conversation_survives_reload_back_and_another_tab_of_the_page(begun: Page):
    page = begun
    address = page.url
    expect(talks(page).get_by_role("link", name=SIGNED_LINK).first).to_have_attribute(
        "aria-current", "page"
    )
    page.reload()
    answered(page)
    expect(page.locator(".answer")).to_contain_text("valid for one hour")
    expect(page.get_by_label("Question")).to_be_focused()
    page.locator(".chip").first.click()
    expect(page.locator(".beside")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".tabs a[href$=files]").click()
    page.locator(".tabs a[href$=playground]").click()
    expect(page).to_have_url(address)
    talks(page).get_by_role("link", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(address)
    answered(page)


def test_what_was_said_is_known_to_the_next_question_which_up_recalls(begun: Page):
    page = begun
    ask(page, ROLE)
    answered(page, 2)
    expect(page.locator(".turn").last.locator(".sources")).to_be_in_viewport()
    page.get_by_label("Question").press("ArrowUp")
    expect(page.get_by_label("Question")).to_have_value(ROLE)
    page.get_by_label("Question").fill("")
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator(".turn .caret")).to_have_count(0)
    answered(page, 2)
    page.get_by_role("button", name="Edit question").click()
    expect(page.get_by_label("Question")).to_have_value(ROLE)
    page.get_by_label("Question").fill("How long are operations kept?")
    page.get_by_label("Question").press("Enter")
    expect(page.locator(".question").last).to_have_text("How long are operations kept?")
    answered(page, 2)
    page.reload()
    expect(page.locator(".question")).to_have_text([SIGNED_LINK, "How long are operations kept?"])


def test_it_is_found_renamed_deleted_and_had_back(begun: Page):
    page = begun
    current = talks(page).locator("li.current")
    current.get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("Links to files")
    page.get_by_label("Title").press("Enter")
    expect(current.get_by_role("link", name="Links to files", exact=True)).to_be_visible()
    page.get_by_label("Search conversations").fill("nothing has this")
    expect(talks(page).get_by_text("Nothing found.")).to_be_visible()
    page.get_by_label("Search conversations").fill("LINKS one hour")
    expect(talks(page).locator("li")).to_have_count(1)
    with page.expect_download() as download:
        current.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "Links-to-files.md"
    assert download.value.path().read_text().startswith("# Links to files\n")
    current.get_by_role("button", name="Delete").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(talks(page).get_by_text("Deleted “Links to files”.")).to_be_visible()
    talks(page).get_by_role("button", name="Undo").click()
    talks(page).get_by_role("link", name="Links to files", exact=True).click()
    answered(page)


def test_an_answer_is_rated_with_a_comment(begun: Page):
    page = begun
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_label("Comment").fill("Which link?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("“Which link?”")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("“Which link?”")).to_be_visible()


def test_what_was_stopped_is_kept_and_asked_again(signed_in: Page, model):
    page = signed_in
    visit(page, "playground")
    model.say("The bridge ", "opens ")
    ask(page, "When does the bridge open?", "gpt-4o")
    expect(page.locator(".answer")).to_contain_text("The bridge opens")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    model.say("and opens ")  # the provider notices that nobody reads
    model.left.wait(20)
    page.reload()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("The bridge opens")


def test_after_a_failure_the_question_is_still_there(signed_in: Page):
    page = signed_in
    visit(page, "playground")
    page.route("**/messages", lambda route: route.abort())
    ask(page, SIGNED_LINK)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_label("Question")).to_have_value(SIGNED_LINK)
    page.unroute("**/messages")
    page.get_by_label("Question").press("Enter")
    expect(page.locator(".sources")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)


def test_it_is_put_on_paper_with_its_sources(begun: Page):
    page = begun
    id_ = page.url.rpartition("/")[2]
    title = "Überblick: Договор № 5, Ελλάδα"
    base = page.url.partition("/console")[0]
    headers = {"Api-Key": KEY}
    path = f"{base}/lodgepole/conversations/{id_}"
    httpx2.patch(path, json={"title": title}, headers=headers, trust_env=False).raise_for_status()
    page.reload()
    talks(page).get_by_role("link", name=f"Share or print {title}").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("list", name="Sources")).to_contain_text(
        "operator-handbook.pdf, page 9"
    )
    assert page.title() == title
    paper = pypdfium2.PdfDocument(page.pdf())
    text = " ".join("".join(each.get_textpage().get_text_range() for each in paper).split())
    for part in (title, SIGNED_LINK, "valid for one hour", "[1]", "operator-handbook.pdf, page 9"):
        assert part in text, part
    assert "Print or save" not in text
    assert "Sign out" not in text


def test_it_is_shared_by_a_link_and_taken_back(begun: Page):
    page = begun
    talks(page).get_by_role("link", name=re.compile("^Share or print")).first.click()
    page.get_by_role("button", name="Share by link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    reader = page.context.new_page()
    reader.goto(link)
    reader.get_by_label("API key").fill(KEY)
    reader.get_by_role("button", name="Sign in").click()
    expect(reader.locator(".said")).to_contain_text("valid for one hour")
    expect(reader.get_by_role("button", name="Share by link")).to_have_count(0)
    page.get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_role("button", name="Share by link")).to_be_visible()
    reader.reload()
    expect(reader.get_by_role("alert")).to_contain_text("leads nowhere")


def test_on_a_phone_the_list_is_above_and_shut(phone: Page, enter):
    enter(phone)
    visit(phone, "playground")
    expect(talks(phone)).to_be_visible()
    expect(phone.get_by_label("Search conversations")).not_to_be_visible()
    talks(phone).locator("summary").click()
    expect(phone.get_by_label("Search conversations")).to_be_visible()
    assert phone.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_on_a_phone_a_source_is_a_sheet_over_the_answer(phone: Page, enter):
    enter(phone)
    visit(phone, "playground")
    ask(phone, SIGNED_LINK)
    phone.get_by_role("button", name="Source 1").first.click()
    sheet = phone.get_by_role("dialog", name="operator-handbook.pdf")
    expect(sheet.locator("mark.now").first).to_be_in_viewport()
    sheet.get_by_role("button", name="Close").click()
    expect(phone.get_by_role("button", name="Source 1").first).to_be_focused()
