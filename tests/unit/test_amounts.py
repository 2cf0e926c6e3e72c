"""Amounts of money and quantities: what is one, how much it is, and what it measures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.extractions.amounts import Amount, amounts_in, grammar_of, read
from pipeline.languages.contract import AnnotationInput


def found(text: str) -> list[str]:
    return [str(amount) for amount in amounts_in(text, grammar_of("en"))]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("worth $18 billion in all", ["18,000,000,000 USD"]),
        ("a $2-million deal", ["2,000,000 USD"]),
        ("US$5m, A$3 million and £1.5bn", ["5,000,000 USD", "3,000,000 AUD", "1,500,000,000 GBP"]),
        ("2.5 million Swiss francs (EUR 2 million)", ["2,500,000 CHF", "2,000,000 EUR"]),
        ("300 rupees", ["300 money"]),
        ("Rs 500 crore", ["5,000,000,000 INR"]),
        ("41 years, a 41-year sentence", ["41 year", "41 year"]),
        ("3.2 million barrels a day", ["3,200,000 barrel / day"]),
        ("$100 a barrel, $3.50 per share", ["100 USD / barrel", "3.5 USD / share"]),
        ("5.2% and 3 1/2 per cent", ["5.2 percent", "3.5 percent"]),
        ("half a million people", ["500,000 person"]),
        ("thirty-five miles at 90 mph", ["35 mile", "90 mile / hour"]),
        ("75 basis points", ["75 basis point"]),
        ("EUR 5 million euros, $ 2 million dollars", ["5,000,000 EUR", "2,000,000 USD"]),
    ],
)
def test_an_amount_is_a_number_with_its_unit(text, amounts):
    assert found(text) == amounts


@pytest.mark.parametrize(
    "text",
    [
        "two years ago",
        "12 days later",
        "one day",
        "a week",
        "2-3 km",
        "a 6-foot-5 guard",
        "Boeing 737",
        "12 won",
        f"{'9' * 400} dollars",
    ],
)
def test_what_is_a_date_or_open_is_no_amount(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("They sent $18 billion in aid to Kiev.", "aid"),
        ("Ann Lee, a 41-year-old nurse, spoke.", "age"),
        ("Net profit rose 12 percent.", "Net profit"),
        ("They signed a $2 billion oil deal.", "oil deal"),
        ("It pumped 3 million barrels of crude oil.", "crude oil"),
        ("Ann Lee paid him $500.", None),
        ("They met 20 minutes that morning.", None),
    ],
)
def test_the_parse_tells_what_it_measures(annotate, text, of):
    assert [amount.of for amount in annotate(text).amounts] == [of]


@pytest.mark.parametrize(("country", "currency"), [("US", "USD"), ("FR", "USD"), (None, "USD"), ("AU", None)])
def test_dollars_are_open_where_the_writers_country_has_its_own(english, country, currency):
    (annotations,) = english.annotate([AnnotationInput("It cost 5 million dollars.", country=country)])
    assert [each.currency for each in annotations.amounts] == [currency]


@given(st.text(alphabet="0123456789.,/- $€%kmbnaoiltrswy", max_size=60))
def test_any_text_is_read_and_amounts_do_not_overlap(text):
    amounts = list(amounts_in(text, grammar_of("en")))
    assert all(text[each.start : each.end] == each.text for each in amounts)
    assert all(one.end <= two.start for one, two in zip(amounts, amounts[1:], strict=False))


@pytest.mark.parametrize("text", [">$1bn", ">= 100 km", "<=5%", "$1bn..$2bn", "41 years"])
def test_a_filter_asks_for_an_amount_or_a_range(text):
    assert read(text) == text


@pytest.mark.parametrize("text", ["", "much", "5", ">", "$1bn..", ">$1bn..$2bn", "5 km and 6 km"])
def test_what_is_no_amount_is_an_error_that_shows_one(text):
    with pytest.raises(ConfigurationError, match=r"\$18 billion"):
        read(text)


def test_it_is_kept_in_json():
    (amount,) = amounts_in("$18 billion", grammar_of("en"))
    assert Amount.model_validate_json(amount.model_dump_json()) == amount
