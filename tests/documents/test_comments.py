import pytest

from lodgepole.documents.comments import comment_line


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({}, "Comment: Too low"),
        ({"author": "Ada"}, "Comment by Ada: Too low"),
        ({"when": "2026-05-03"}, "Comment, 2026-05-03: Too low"),
        (
            {"author": "Ada", "when": "2026-05-03T10:00:00Z", "on": "B2"},
            "Comment on B2 by Ada, 2026-05-03T10:00:00Z: Too low",
        ),
    ],
)
def test_a_comment_says_what_is_known_of_it(known: dict[str, str], line: str) -> None:
    assert comment_line("Too low", **known) == line
