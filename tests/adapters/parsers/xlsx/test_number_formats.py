"""Numbers as the formats of cells show them."""

from datetime import datetime

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


@pytest.mark.parametrize("code", ["0", "0.00", "#,##0", "0%", "0.0E+0", "# ?/?", "General", "@"])
@pytest.mark.parametrize("raw", ["1e400", "-1e400", "inf", "nan", "", "--1", "1,5"])
def test_what_is_no_number_of_a_sheet_stays_as_it_is_written(raw: str, code: str) -> None:
    assert number_format(164, code).number(raw, EPOCH) == raw


@pytest.mark.parametrize("epoch", [EPOCH, EPOCH_1904])
@pytest.mark.parametrize("raw", ["2958465", "2958464.9999999", "2958466", "1e300"])
def test_serials_at_the_end_of_the_calendar_are_dates_or_numbers(raw: str, epoch: datetime) -> None:
    shown = number_format(14, "").number(raw, epoch)
    assert shown.startswith("9999-12-3") or float(shown) == float(raw)


@pytest.mark.parametrize(
    "code",
    [
        *("/", "0/", "/0", "# ?/0", "?/?/?", "E+", "E+0", "0E+", "0.E+0", ".", ".0", "0.", "..0"),
        *(",", ",,,0", "0,,,", "0,0,0", "%%%0", "[", "]", "[]0", '"', "\\", "_", "*", "0*", "[h"),
        *(";", ";;", ";;;;;", "[>1", "[>x]0", "[>1][<2]0;0", "@@@", "General;General", "yyyy/0"),
        *("0" * 255, "?" * 255, "%" * 254 + "0", "0." + "0" * 253, "," * 254 + "0"),
    ],
)
@pytest.mark.parametrize("raw", ["0", "-1", "1234567.891", "1e-300", "1.7e308", "45000.5"])
def test_any_format_shows_something_of_any_number(raw: str, code: str) -> None:
    assert isinstance(number_format(164, code).number(raw, EPOCH), str)
    assert isinstance(number_format(164, code).text("words"), str)


@pytest.mark.parametrize(
    ("raw", "code", "shown"),
    [
        ("0.125", "0%", "13%"),
        ("0.125", "0.0%", "12.5%"),
        ("-0.004", "0.00", "-0.00"),
        ("999.995", "0.00", "1000.00"),
        ("0", "#", ""),
        ("0.05", "#.##", ".05"),
        ("1000000", "#,##0,", "1,000"),
        ("-1.25", "# ?/?", "-1 1/4"),
        ("0", "# ?/?", "0"),
        ("3.14159", "# ??/??", "3 14/99"),
        ("-0.00012", "0.0E+00", "-1.2E-04"),
        ("0", "0.0E+0", "0.0E+0"),
        ("5", "[>=10]0", "5"),
        ("60", "0", "60"),
        ("60", "yyyy-mm-dd", "1900-02-28"),
    ],
)
def test_rounding_signs_and_places(raw: str, code: str, shown: str) -> None:
    assert number_format(164, code).number(raw, EPOCH) == shown
