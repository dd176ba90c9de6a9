"""Numbers as the formats of cells show them."""

import pytest

from lodgepole.adapters.parsers.xlsx.number_formats import EPOCH, EPOCH_1904, number_format

ACCOUNTS = '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-;_-@_-'


@pytest.mark.parametrize(
    ("raw", "code", "shown"),
    [
        ("815", "000000", "000815"),
        ("7.5", '#,##0.00 "€"', "7.50 €"),
        ("2750", '#,##0.00 "€"', "2,750.00 €"),
        ("2.25", '0.00" kg"', "2.25 kg"),
        ("0.5", "[$CHF-807] #,##0.00", "CHF 0.50"),
        ("-2400", "#,##0;(#,##0)", "(2,400)"),
        ("-3", "0", "-3"),
        ("-3", '"up "0;"down "0', "down 3"),
        ("0", '0;-0;"none"', "none"),
        ("-12.5", ACCOUNTS, "-12.50 €"),
        ("0", ACCOUNTS, "- €"),
        ("1234", "[Red]0.0;[Blue]-0.0", "1234.0"),
        ("150", '[>=100]"many "0;[<100]"few "0', "many 150"),
        ("50", '[>=100]"many "0;[<100]"few "0', "few 50"),
        ("-5", '[<0]"minus "0;0', "minus 5"),
        ("5551234567", "(000) 000-0000", "(555) 123-4567"),
        ("1.75", "# ?/?", "1 3/4"),
        ("0.5", "?/16", "8/16"),
        ("0.00012", "0.00E+00", "1.20E-04"),
        ("9.999E9", "0.0E+0", "1.0E+10"),
        ("12345678", "##0.0E+0", "12.3E+6"),
        ("1500000", '0.0,,"M"', "1.5M"),
        ("1234567", "#\\ ###\\ ##0", "1 234 567"),
        ("2.675", "0.00", "2.68"),
        ("0.30000000000000004", "General", "0.3"),
        ("7", ";;;", ""),
        ("1e300", "0", f"1{300 * '0'}"),
        ("45000", "yyyy", "2023"),
        ("45000", "mmm yyyy", "2023-03"),
        ("45000", "mmmm", "March"),
        ("45000", "dddd", "Wednesday"),
        ("45000.75", "dd/mm/yyyy", "2023-03-15"),
        ("45000.75", '[$-F800]d" de "mmmm hh:mm', "2023-03-15 18:00"),
        ("0.75", "h:mm AM/PM", "18:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("-1", "dd/mm/yyyy", "-1"),
        ("x", "0.00", "x"),
    ],
)
def test_a_number_is_shown_as_on_its_sheet(raw: str, code: str, shown: str) -> None:
    assert number_format(164, code).number(raw, EPOCH) == shown


def test_formats_that_no_workbook_defines_go_by_their_number() -> None:
    assert number_format(4, "").number("1234.5", EPOCH) == "1,234.50"
    assert number_format(14, "").number("0", EPOCH_1904) == "1904-01-01"
    assert number_format(0, "").is_general
    assert number_format(999, "").is_general


def test_texts_have_formats_too() -> None:
    assert number_format(164, '0;0;0;"No. "@').text("7b") == "No. 7b"
    assert number_format(49, "").text("007") == "007"
    assert number_format(164, "0.00").text("seven") == "seven"
