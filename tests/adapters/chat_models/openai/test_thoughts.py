"""Thoughts are left out of answers however they are written and cut into pieces."""

import pytest

from lodgepole.adapters.chat_models.openai.thoughts import Thoughts, opens_silently

ANSWER = "The limit is 3 bar [1]. a < b, and <b> is no tag."
FORMS = {
    "none": ("", ""),
    "think": ("<think>\nIs it 4? No.\n</think>\n\n", ""),
    "thinking": (" <thinking>Is <b> it?</thinking> ", ""),
    "reasoning": ("<reasoning>hm</reasoning>", ""),
    "mistral": ("[THINK]It may be 4.[/THINK]", ""),
    "empty": ("<think>\n\n</think>\n\n", ""),
    "channels": (
        "<|channel|>analysis<|message|>User asks. <b>4?</b><|end|>"
        "<|start|>assistant<|channel|>commentary<|message|>hm<|end|>"
        "<|start|>assistant<|channel|>final<|message|>",
        "<|return|>",
    ),
}


def passed(thoughts: Thoughts, text: str, size: int) -> str:
    shown = "".join(thoughts.without(text[i : i + size]) for i in range(0, len(text), size))
    return shown + thoughts.rest()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("form", FORMS)
def test_only_the_answer_is_passed_on(form: str, size: int) -> None:
    before, after = FORMS[form]
    assert passed(Thoughts(), before + ANSWER + after, size) == ANSWER


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_thoughts_that_a_template_opened_end_where_they_are_closed(size: int) -> None:
    text = f"Let me see, is it 4?\nNo.</think>\n\n{ANSWER}"
    assert passed(Thoughts(opened=True), text, size) == ANSWER


def test_what_never_ends_its_thoughts_is_an_answer_where_the_template_was_only_presumed() -> None:
    assert passed(Thoughts(opened=True), ANSWER, 4) == ANSWER


def test_thoughts_cut_off_before_their_end_are_not_shown() -> None:
    assert passed(Thoughts(), "<think>It may be 4 or", 4) == ""


def test_an_answer_that_only_begins_like_a_tag_is_shown() -> None:
    assert passed(Thoughts(), "<thin", 2) == "<thin"
    assert passed(Thoughts(), "<table><tr>", 2) == "<table><tr>"


@pytest.mark.parametrize(
    ("model", "silent"),
    [
        ("deepseek-r1:7b", True),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", True),
        ("qwq", True),
        ("qwen3-4b-thinking-2507", True),
        ("qwen2.5", False),
        ("gpt-4o", False),
        ("llama3.2", False),
    ],
)
def test_models_whose_templates_open_the_thoughts_are_known_by_name(
    model: str, silent: bool
) -> None:
    assert opens_silently(model) is silent
