"""What was said elsewhere becomes a conversation here, and of its citations those that are true."""

import pytest
from tests.api.routes.test_conversations import PATH, ask, begun, described


async def test_what_was_said_elsewhere_is_brought_along_as_it_was_read(new, filled):
    made = await begun(new)
    await ask(new, made)
    await ask(new, made, content="And exports?")
    there = await described(new, made)
    brought = await begun(new, title=there["title"], messages=there["messages"])
    assert (brought["title"], brought["questions"]) == (there["title"], 2)
    here = await described(new, brought)
    kept = ("role", "content", "status", "citations", "model")
    for before, after in zip(there["messages"], here["messages"], strict=True):
        assert {name: before.get(name) for name in kept} == {name: after.get(name) for name in kept}
    assert here["messages"][1]["citations"]


QUOTE = "The company opened three offices in Norway."


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({}, True),
        ({"highlight": {"content": "The company opened four offices in Norway."}}, False),
        ({"highlight": None}, False),
        ({"pages": [2]}, False),
        ({"pages": [9]}, False),
        ({"pages": []}, False),
        ({"file": {"id": "another"}}, False),
    ],
)
async def test_a_citation_that_is_brought_along_stays_if_it_is_true(new, filled, changes, stays):
    (file,) = (await new.get("/assistant/files/filled")).json()["files"]
    reference = {"file": {"id": file["id"]}, "pages": [1], "highlight": {"content": QUOTE}}
    citation = {"position": 5, "references": [{**reference, **changes}]}
    said = [
        {"role": "user", "content": "Where?"},
        {"role": "assistant", "content": "Norway.", "status": "completed", "citations": [citation]},
    ]
    brought = await described(new, await begun(new, messages=said))
    citations = brought["messages"][1]["citations"]
    assert bool(citations) == stays
    if stays:
        assert citations[0]["references"][0]["file"]["name"] == "report.pdf"
        beyond = [said[0], {**said[1], "citations": [{**citation, "position": 99}]}]
        brought = await described(new, await begun(new, messages=beyond))
        assert brought["messages"][1]["citations"] == []


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "Alone?"}],
        [{"role": "assistant", "content": "A."}, {"role": "user", "content": "Q?"}],
        [{"role": "user", "content": ""}, {"role": "assistant", "content": "A."}],
        [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "x" * 700_000}],
        [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A."}] * 201,
        [{"role": "system", "content": "Q?"}, {"role": "assistant", "content": "A."}],
        [{"role": "user"}, {"role": "assistant"}],
        "said",
    ],
)
async def test_what_was_never_said_is_not_brought_along(new, filled, messages):
    refused = await new.post(PATH, json={"assistant": "filled", "messages": messages})
    assert refused.status_code == 400, refused.text
    assert (await new.get(PATH)).json()["conversations"] == []
