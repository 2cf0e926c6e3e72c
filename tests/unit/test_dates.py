"""Dates: which words are an expression, and which value it has on which day."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.filing import country, day_written
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.dates.calendar_values import first_day, holiday, shifted, value_of
from pipeline.languages.en.dates.expressions import ALTERNATIVES, RULES, expressions
from pipeline.languages.en.dates.resolution import Resolver
from pipeline.story import Dateline
from tests.conftest import make_story

THURSDAY = date(2024, 5, 16)


def values(text: str, tense: str = "past", written: date = THURSDAY) -> list[tuple[str, str]]:
    """Return each expression of a text with its value; all clauses have the same tense."""
    resolver = Resolver(written, lambda _: tense)
    read = ((text[each.start : each.end], resolver.value(each)) for each in expressions(text))
    return [(words, value) for words, value in read if value is not None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("He came on 2024-03-01.", "2024-03-01"),
        ("He came on March 1, 2024.", "2024-03-01"),
        ("He came on 1 March 2024.", "2024-03-01"),
        ("He came on Friday, March 1, 2024.", "2024-03-01"),
        ("He came on March 1.", "2024-03-01"),
        ("He came on Nov. 25.", "2023-11-25"),
        ("He came on the 3rd of May.", "2024-05-03"),
        ("He came in March 1998.", "1998-03"),
        ("He came in early March.", "2024-03"),
        ("He came last November.", "2023-11"),
        ("He came in 1998.", "1998"),
        ("He came in the 1990s.", "199"),
        ("He came in the nineties.", "199"),
        ("In the 19th century he came.", "18"),
        ("He came on Monday.", "2024-05-13"),
        ("He came on Thursday.", "2024-05-16"),
        ("He came last Thursday.", "2024-05-09"),
        ("He comes next Thursday.", "2024-05-23"),
        ("He came on Tuesday night.", "2024-05-14TNI"),
        ("He came today.", "2024-05-16"),
        ("He came yesterday.", "2024-05-15"),
        ("He comes tomorrow.", "2024-05-17"),
        ("He came last week.", "2024-W19"),
        ("He came last month.", "2024-04"),
        ("He came earlier this year.", "2024"),
        ("He comes next year.", "2025"),
        ("He came two weeks ago.", "2024-W18"),
        ("He came ten days ago.", "2024-05-06"),
        ("He came in the first quarter.", "2024-Q1"),
        ("He came in the third quarter of 2019.", "2019-Q3"),
        ("He came in the 2019 third quarter.", "2019-Q3"),
        ("He came in the year-ago third quarter.", "2022-Q3"),
        ("The offer ends at 5 p.m. EST, June 6.", "2024-06-06T17:00"),
        ("He came last summer.", "2023-SU"),
        ("He came at the weekend.", "2024-W19-WE"),
        ("He came at 10:35 a.m. on Wednesday.", "2024-05-15T10:35"),
        ("He came at 3 p.m. local time.", "2024-05-16T15:00"),
        ("He came at 1430 GMT.", "2024-05-16T14:30"),
        ("He came at noon.", "2024-05-16T12:00"),
        ("He came at 4 in the morning.", "2024-05-16T04:00"),
        ("He came at four o'clock in the afternoon.", "2024-05-16T16:00"),
        ("He came at 9 at night.", "2024-05-16T21:00"),
        ("He came at 12 at night.", "2024-05-16T00:00"),
        ("He came in October last year.", "2023-10"),
        ("He comes in January next year.", "2025-01"),
        ("He came in the week of March 4.", "2024-W10"),
        ("He came in his 30s.", None),
        ("He came at Christmas.", "2023-12-25"),
        ("He came on Thanksgiving Day.", "2023-11-23"),
        ("He is here now.", "PRESENT_REF"),
        ("He came recently.", "PAST_REF"),
        ("He spoke of the future.", None),
        ("He came in nineteen ninety-eight.", "1998"),
        ("He came in March for a week.", "2024-03"),
        ("He came in the past year.", "2023"),
        ("He came over the past century.", None),
        ("He came over the past several quarters.", "PAST_REF"),
        ("He came for the next few days.", None),
        ("He came in Easter week.", "2024-W13"),
        ("He came on Election Day.", "2024-11-05"),
        ("He told USA Today.", None),
        ("He spoke of the people of tomorrow.", None),
        ("He came to “This Week.”", None),
    ],
)
def test_an_expression_has_its_value(text, value):
    assert [found for _, found in values(text)] == ([value] if value else [])


@pytest.mark.parametrize(
    ("text", "tense", "value"),
    [
        ("on Monday", "past", "2024-05-13"),
        ("on Monday", "future", "2024-05-20"),
        ("on Monday", "present", "2024-05-13"),
        ("on Monday", "scheduled", "2024-05-20"),
        ("at 8 p.m. on Monday", "scheduled", "2024-05-20T20:00"),
        ("in the fourth quarter", "scheduled", "2023-Q4"),
        ("ahead of Monday", "past", "2024-05-20"),
        ("since Wednesday", "scheduled", "2024-05-15"),
        ("on Monday week", "future", "2024-05-27"),
        ("in December", "past", "2023-12"),
        ("in June", "past", "2024-06"),
        ("in July", "past", "2023-07"),
        ("in July", "present", "2024-07"),
        ("since June", "past", "2023-06"),
        ("ended June 30", "past", "2023-06-30"),
        ("in December", "future", "2024-12"),
        ("until Monday", "past", "2024-05-20"),
        ("scheduled for Monday", "past", "2024-05-20"),
        ("until Monday", "past perfect", "2024-05-13"),
        ("until December", "past perfect", "2024-12"),
        ("a record set on Nov. 9", "past", "2023-11-09"),
        ("a meeting set for Nov. 9", "past", "2024-11-09"),
        ("at a later date", "future", "FUTURE_REF"),
        ("in a year or two", "future", "FUTURE_REF"),
        ("the future", "future", "FUTURE_REF"),
    ],
)
def test_the_tense_and_words_before_tell_whether_a_day_lies_ahead(text, tense, value):
    assert [found for _, found in values(text, tense)] == [value]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("It began on March 1. The following day it ended.", "2024-03-02"),
        ("It began in 1998. It ended later that year.", "1998"),
        ("It began on March 1. It ended two days later.", "2024-03-03"),
        ("Profit in the third quarter of 2019 rose from a year earlier.", "2018-Q3"),
        ("It began on March 1 and ended at 6 p.m.", "2024-03-01T18:00"),
        ("It will be open on March 1 and 2.", "2024-03-02"),
        ("Profit in the first quarter of 2024 rose. For the quarter a year ago it fell.", "2023-Q1"),
        ("It fell on March 1, and had fallen the previous Friday.", "2024-02-23"),
        ("It expects more in the fourth quarter of 2024. In the latest quarter it lost.", "2024-Q1"),
    ],
)
def test_an_expression_may_count_from_the_date_before_it(text, last):
    assert values(text)[-1][1] == last


@pytest.mark.parametrize(
    "text",
    [
        "It may rain, and they march on.",
        "He bought 1998 shares and paid $1998 for 2,024 miles.",
        "The judges sat. The couple wed. They saw the sun. He wrote for the Sun.",
        "They won 3.4.20 to 1/2, as they do every Monday.",
        "To this day nobody knows, and temperatures were in the 30s.",
        "In the fiscal year ended well it grew.",
        "As soon as possible he left.",
        "It fell on February 31, 2024, or in the year 99999.",
        "Sun and second thoughts in the fall of Berlin.",
    ],
)
def test_other_words_are_no_date(text):
    assert values(text) == []


@given(st.text(max_size=300))
def test_any_text_is_read_and_expressions_do_not_overlap(text):
    found = list(expressions(text))
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
    for each in found:
        Resolver(THURSDAY, lambda _: "past").value(each)


_PATTERNS = (re.sub(r"\\.|\?P<\w+>", " ", rule.pattern.pattern) for rule in RULES)
_WORDS = sorted({word for pattern in _PATTERNS for word in re.findall(r"[A-Za-z]+", pattern)} | {"3", "14:30", "’90s"})


def test_no_rule_is_skipped_for_how_its_expression_begins():
    every = re.compile(rf"(?<!\w)(?:{ALTERNATIVES})", re.I)
    for one in _WORDS:
        text = "; ".join(f"{one} {other} ago" for other in _WORDS)
        assert [(each.start, each.end) for each in expressions(text)] == [each.span() for each in every.finditer(text)]


@given(st.dates(), st.sampled_from(["day", "week", "weekend", "month", "quarter", "year", "decade", "season"]))
def test_a_value_begins_on_or_before_its_day_and_a_shift_by_none_is_that_value(day, unit):
    value = value_of(day, unit)
    begins = first_day(value)
    assert begins is None or begins <= day
    assert shifted(day, unit, 0) == value


@given(st.sampled_from(["easter", "good friday", "thanksgiving", "christmas", "new year's"]), st.integers(1600, 4000))
def test_a_holiday_is_in_its_year(name, year):
    assert holiday(name, "", year).year == year


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on Friday 17, Saturday 18 and Monday 20 May", ["2024-05-17", "2024-05-18", "2024-05-20"]),
        ("on 17 or 18 May", ["2024-05-17", "2024-05-18"]),
        ("from May 20 to 23", ["2024-05-20", "2024-05-23"]),
        ("on May 17, 18 and 20, 2019", ["2019-05-17", "2019-05-18", "2019-05-20"]),
        ("from May 30 to June 2, 2019", ["2019-05-30", "2019-06-02"]),
        ("from April to August 2019", ["2019-04", "2019-08"]),
        ("on May 3 and 10 people fell", ["2024-05-03"]),
        ("on May 3, 10 people fell", ["2024-05-03"]),
    ],
)
def test_the_days_of_a_list_share_month_and_year(text, found):
    assert [value for _, value in values(text)] == found


@pytest.mark.parametrize(
    ("text", "home", "found"),
    [
        ("on 03/04/2024", "GB", ["2024-04-03"]),
        ("on 03/04/2024", "US", ["2024-03-04"]),
        ("on 03/04/2024", None, []),
        ("on 04.04.2024", None, ["2024-04-04"]),
        ("on 03/04/2024 and 25/04/2024", "US", ["2024-04-03", "2024-04-25"]),
        ("on 03/04/2024 and 04/25/2024", "GB", ["2024-03-04", "2024-04-25"]),
        ("on 03/04/2024, a day after 2 April", "US", ["2024-04-03", "2024-04-02"]),
        ("on 31/02/2024", "GB", []),
    ],
)
def test_a_story_shows_the_order_of_its_numeric_dates_or_its_country_has_one(english, text, home, found):
    (annotations,) = english.annotate([AnnotationInput(f"They met {text}.", "", THURSDAY, home)])
    assert [each.value for each in annotations.dates] == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The court meets on Monday.", "2024-05-20"),
        ("Voters go to the polls on Sunday.", "2024-05-19"),
        ("The deadline is Saturday.", "2024-05-18"),
        ("The visit was on Monday.", "2024-05-13"),
        ("It follows a march on Monday.", "2024-05-13"),
        ("The suit filed Monday says so.", "2024-05-13"),
        ("The report reflects Monday's loss.", "2024-05-13"),
        ("He was quoted as saying on Monday that it rained.", "2024-05-13"),
        ("She could not be reached on Monday.", "2024-05-13"),
    ],
)
def test_a_day_of_a_clause_in_the_present_lies_ahead(english, text, value):
    (found,) = english.annotate([AnnotationInput(text, written=THURSDAY)])
    assert [each.value for each in found.dates] == [value]


def test_a_month_that_is_a_name_is_no_date(english):
    text = (
        "Theresa May met April Jones, August Wilson and Mrs June Brown in May. They told May so. May I ask why? Many"
        " came to the March for Water."
    )
    (found,) = english.annotate([AnnotationInput(text, written=THURSDAY)])
    assert [(each.text, each.value) for each in found.dates] == [("May", "2024-05")]


def test_the_parse_tells_the_tense(english):
    text = "The court met on Monday. It will meet on Monday. They want to meet on Monday."
    (found,) = english.annotate([AnnotationInput(text, written=THURSDAY)])
    assert [each.value for each in found.dates] == ["2024-05-13", "2024-05-20", "2024-05-20"]
    assert all(text[each.start : each.end] == each.text for each in found.dates)


def test_a_story_is_written_on_the_day_of_its_dateline_unless_that_is_long_ago():
    fresh = Dateline(text="LIMA, May 15 --", place="Lima", date="2024-05-15")
    old = Dateline(text="LIMA, Jan 15 --", place="Lima", date="2024-01-15")
    created = make_story().versioncreated
    assert day_written(make_story(dateline=fresh, versioncreated=created.replace(2024, 5, 16))) == date(2024, 5, 15)
    assert day_written(make_story(dateline=old, versioncreated=created.replace(2024, 5, 16))) == date(2024, 5, 16)
    assert day_written(make_story()) == created.date()


@pytest.mark.parametrize(
    ("dateline", "source", "written"),
    [
        ("SYDNEY (Reuters) -", "files", 17),
        ("PERTH, Australia (AP) -", "files", 17),
        ("LOS ANGELES (AP) -", "files", 16),
        ("PARIS, Texas (AFP) -", "files", 16),
        ("UPPER SNORING (AAP) -", "files", 17),
        (None, "Kyodo", 17),
        (None, "aap-sport", 17),
        (None, "files", 16),
    ],
)
def test_a_story_is_written_on_the_day_where_it_was_filed(dateline, source, written):
    story = make_story(versioncreated=datetime(2024, 5, 16, 22, 30, tzinfo=UTC), located=None)
    place = Dateline(text=dateline) if dateline else None
    story = story.model_copy(update={"dateline": place, "source": story.source.model_copy(update={"name": source})})
    assert day_written(story) == date(2024, 5, written)


def test_a_day_without_a_time_is_the_same_everywhere():
    created = datetime(2024, 5, 16, tzinfo=UTC)
    filed = Dateline(text="LOS ANGELES (AP) -", place="Los Angeles")
    assert day_written(make_story(dateline=filed, versioncreated=created)) == date(2024, 5, 16)


def test_the_agency_and_else_the_place_tell_the_country():
    def home(text):
        return country(make_story(dateline=Dateline(text=text), located=None))

    assert [home("LONDON (AP) -"), home("WASHINGTON (Reuters) -"), home("CHICAGO -"), home("LIMA -")] == [
        "US", "GB", "US", "PE",
    ]  # fmt: skip


def test_a_long_text_of_nothing_but_dates_is_read(english):
    body = "On Monday, May 13, 2024, at 3 p.m. " * 250
    (found,) = english.annotate([AnnotationInput(body, written=THURSDAY)])
    assert len(found.dates) >= 500


def test_where_the_calendar_ends_there_is_no_value():
    assert values("It ended on 9999-12-31. The following morning nobody came. At Christmas, 9999 it snowed.")[0][1] == (
        "9999-12-31"
    )
    assert values("On the following Friday, at Easter and tomorrow.", written=date.max) == []
