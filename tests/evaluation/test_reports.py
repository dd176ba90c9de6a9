"""Reports stand alone, escape what they quote, and compare two runs."""

from lodgepole.evaluation.reports import comparison, html, markdown

EVIL = '<img src="https://evil.example/x.png"> ![a](https://evil.example/y) | <script>1</script>'


def run(mrr=1.0):
    row = {
        "question": EVIL,
        "expected": EVIL,
        "answer": EVIL,
        "error": EVIL,
        "scores": {"MRR": mrr, "hit@4": 1.0},
        "retrieved": [{"file": EVIL, "pages": [1, 2], "text": EVIL, "relevant": True}],
    }
    return {
        "assistant": "team",
        "when": "2026-01-01T00:00:00+00:00",
        "summary": {"MRR": mrr, "failed": 1.0},
        "questions": [row],
    }


def test_the_page_loads_nothing_and_escapes_everything():
    page = html(run())
    assert "default-src 'none'" in page
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img" in page
    assert "<details>" in page


def test_markdown_shows_no_image_and_keeps_its_tables():
    text = markdown(run())
    assert "![a](" not in text
    assert "<img" not in text.replace("\\<img", "")
    assert "| MRR | 1.000 |" in text


def test_two_runs_are_compared_score_by_score_and_question_by_question():
    text = comparison(run(0.25), run(0.75))
    assert "| MRR | 0.250 | 0.750 | +0.500 |" in text
    assert "## Questions that changed" in text
    assert "## Questions that changed" not in comparison(run(), run())
