"""A user's own questions are read from JSON lines and CSV, and what is wrong is named."""

import pytest

from lodgepole.errors import InvalidRequest
from lodgepole.evaluation.question_set import Question, read_questions

JSONL = """
{"question": "When?", "answer": "At nine.", "file": "a.pdf", "pages": [2, 3], "note": "x"}

{"question": "Where?", "files": ["a.pdf", "b.txt"], "excerpt": "in the hall"}
"""
CSV = """\ufeffquestion,answer,files,page,excerpt
When?,At nine.,a.pdf,2;3,
Where?,,a.pdf; b.txt,,in the hall
"""


SEMICOLONS = """Question; Answer ;files;page;excerpt\r
When?;At nine.;a.pdf;"2;3";\r
Where?;;"a.pdf; b.txt";;in the hall\r
"""


@pytest.mark.parametrize(
    ("text", "is_csv"),
    [(JSONL, False), (CSV, True), (SEMICOLONS, True), (SEMICOLONS.replace("\r", ""), True)],
)
def test_both_formats_say_the_same(text, is_csv):
    assert read_questions(text, is_csv=is_csv) == [
        Question(question="When?", answer="At nine.", files=("a.pdf",), pages=(2, 3)),
        Question(question="Where?", files=("a.pdf", "b.txt"), excerpt="in the hall"),
    ]


def test_a_line_of_json_ends_at_its_newline_alone():
    (question,) = read_questions('{"question": "One\u2028or\x85two?"}\r\n', is_csv=False)
    assert question.question == "One\u2028or\x85two?"


@pytest.mark.parametrize(
    ("text", "is_csv", "said"),
    [
        ("", False, "holds no question"),
        ('{"question": "a"}\n{', False, "Line 2 is not JSON"),
        ("[1]", False, "Line 1 must be an object"),
        ('{"answer": "a"}', False, "Line 1 has no question"),
        ('{"question": "a", "page": "two"}', False, "pages are whole numbers"),
        ("frage\nWann?", True, "one `question`"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, is_csv, said):
    with pytest.raises(InvalidRequest, match=said):
        read_questions(text, is_csv=is_csv)
