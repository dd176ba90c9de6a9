"""Data that stands in text is cut down to its beginning; what people read is kept."""

import base64
import hashlib

import pytest

from lodgepole.documents.machine_text import without_data

BYTES = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(40))
ENCODED = base64.b64encode(BYTES).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"![Plan](data:image/png;base64,{ENCODED}) here", "![Plan](data:image/png;base64,…) here"),
        (f'"key": "{ENCODED}",', f'"key": "{ENCODED[:24]}…",'),
        (f"sha {BYTES.hex()} end", f"sha {BYTES.hex()[:24]}… end"),
        ("f(x){return(a=b);}" * 20 + " done", "f(x){return(a=b);}f(x){r… done"),
    ],
)  # fmt: skip
def test_data_is_cut_down(text: str, expected: str) -> None:
    assert without_data(text) == (expected, len(text) - len(expected))


def test_wrapped_data_is_cut_down() -> None:
    text = f"Key:\n{base64.encodebytes(BYTES).decode()}\nThe key ends here."

    shown, left_out = without_data(text)

    assert shown.startswith(f"Key:\n{ENCODED[:24]}…")
    assert shown.endswith("The key ends here.")
    assert left_out > 1000


@pytest.mark.parametrize(
    "text",
    [
        "ACGT" * 100,
        "https://port.example/" + "a-long-name-of-a-page-" * 20,
        "https://port.example/?" + "Ab1=Cd2&" * 40,
        "." * 300,
        "码头" * 300,
        "Rindfleischetikettierungs" * 12,
        "-" * 300 + "|" + "=" * 300,
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert without_data(text) == (text, 0)
