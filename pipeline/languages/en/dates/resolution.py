"""The value of an expression: against the story's own day, the tense of its clause, and the dates before it."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from pipeline.languages.en.dates.calendar_values import (
    SEASONS,
    Unit,
    day_of,
    first_day,
    holiday,
    nearest_weekday,
    shifted,
    valid_date,
    value_of,
)
from pipeline.languages.en.dates.expressions import MONTHS, NUMBERS, ORDINALS, WEEKDAYS, Expression
from pipeline.languages.en.tense import Tense

_PARTS = {"morning": "MO", "dawn": "MO", "noon": "MI", "midday": "MI", "lunchtime": "MI", "afternoon": "AF",
          "evening": "EV", "night": "NI", "midnight": "NI"}  # fmt: skip
_HOURS = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_BACK = frozenset(("last", "the last", "past", "the past", "previous", "the previous", "this past", "the prior"))
_ON = frozenset(("next", "the next", "coming", "the coming", "this coming"))
_AFTER = frozenset(("the following",))
_MODIFIED = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "overnight": 0}
_WORDED = {
    word: number
    for number, word in enumerate("twenties thirties forties fifties sixties seventies eighties nineties".split(), 2)
}
_SEASON_BEGINS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
_SCHEDULED = frozenset(("weekday", "clock", "date", "relative"))
"""Kinds that a clause in the present has before it: "meets on Monday", but "stands at 3 percent in December"."""
_MONTHS_AHEAD = {"past perfect": 1, "past": 1, "present": 5, "scheduled": 5}
"""Months from now on that a clause of that tense means: "Her visit in June was announced" is next June in May."""
_YEARS_ON = {"last": -1, "this": 0, "next": 1}
_NIGHT_ENDS = 6
_FAR = 120
"""Days from which a date without a year may be that of another year."""


class Resolver:
    """Resolves the expressions of one story in the order of its text.

    ``written`` is the story's own day. ``tense`` returns the tense of the clause around a character. ``month_first``
    is the order of numeric dates; where it is unknown, "03/04/2026" has no value.
    """

    def __init__(self, written: date, tense: Callable[[int], Tense], *, month_first: bool | None = None) -> None:
        """Nothing was mentioned yet."""
        self._written = written
        self._month_first = month_first
        self._tense = tense
        self._last: str | None = None
        self._last_quarter: str | None = None
        self._last_date_end = 0

    def value(self, expression: Expression) -> str | None:
        """Return the expression's ISO-TimeML value, or None if the calendar has none, as for 31 February."""
        try:
            value = _CONSTANT.get(expression.kind) or _RESOLVED[expression.kind](self, expression)
        except (ValueError, OverflowError):
            # "9999-12-31. The following morning": Python's calendar ends there.
            return None
        if value is not None and value[:1].isdigit():
            self._last = value
            if expression.kind in ("date", "day_also"):
                self._last_date_end = expression.end
            if expression.kind == "quarter":
                self._last_quarter = value
        return value

    def _is_future(self, expression: Expression) -> bool:
        tense = self._tense(expression.start)
        if expression.is_ahead or expression.is_behind:
            # "By Tuesday, 200 had come", but: "they had approved it until December".
            is_over = tense == "past perfect" and expression.kind in ("weekday", "clock")
            return expression.is_ahead and not is_over
        return tense == "future" or (tense == "scheduled" and expression.kind in _SCHEDULED)

    def _iso(self, expression: Expression) -> str | None:
        groups = expression.groups
        day = valid_date(int(groups["year"]), int(groups["month"]), int(groups["day"]))
        return day.isoformat() + (f"T{groups['time']}" if "time" in groups else "") if day else None

    def _numeric(self, expression: Expression) -> str | None:
        groups = expression.groups
        numbers = int(groups["first"]), int(groups["second"])
        if self._month_first is None and numbers[0] != numbers[1]:
            return None
        day = valid_date(int(groups["year"]), *(numbers if self._month_first else reversed(numbers)))
        return day.isoformat() if day else None

    def _clock(self, expression: Expression) -> str | None:
        groups = expression.groups
        if "weekday" in groups:
            day: date | None = self._of_weekday(expression)
        elif "month" in groups:
            day = day_of(self._date(expression) or "")
        elif "deictic" in groups:
            day = self._written + timedelta(days=_MODIFIED[groups["deictic"]])
        else:
            day = day_of(self._last or "") or self._written
        return f"{day.isoformat()}T{_clock_time(groups)}" if day else None

    def _date(self, expression: Expression) -> str | None:
        groups = expression.groups
        month = MONTHS.index(groups["month"][:3]) + 1
        number = int(groups["day"].rstrip("stndrh"))
        if year := groups.get("year") or groups.get("shared"):
            day = valid_date(int(year), month, number)
            return day.isoformat() if day else None
        written = self._written
        years = (written.year, written.year - 1, written.year + 1)
        days = [day for year in years if (day := valid_date(year, month, number))]
        if not days:
            return None
        # The nearest such day is meant; the tense decides about days that are far away.
        days = [day for day in days if day <= written] if expression.is_behind else days
        nearest = min(days, key=lambda day: abs((day - written).days))
        if abs((nearest - written).days) > _FAR:
            ahead = self._is_future(expression)
            fitting = [day for day in days if (day >= written) == ahead]
            nearest = min(fitting or days, key=lambda day: abs((day - written).days))
        return value_of(nearest, "week") if "week" in groups else nearest.isoformat()

    def _day_also(self, expression: Expression) -> str | None:
        """Return a later day of "April 24, 25 and 27"."""
        first = day_of(self._last or "")
        if first is None or expression.start - self._last_date_end > len(" and "):
            return None
        day = valid_date(first.year, first.month, int(expression.groups["day"].rstrip("stndrh")))
        return day.isoformat() if day and day > first else None

    def _month(self, expression: Expression) -> str | None:
        groups, written = expression.groups, self._written
        month = MONTHS.index(groups["month"][:3]) + 1
        if year_stated := groups.get("year") or groups.get("shared"):
            return f"{year_stated}-{month:02}"
        which, tense = groups.get("which", ""), self._tense(expression.start)
        behind = written.year - (month > written.month)
        ahead = written.year + (month < written.month)
        if "of" in groups:
            year = written.year + _YEARS_ON[groups["of"]]
        elif which in _BACK:
            year = written.year - (month >= written.month)
        elif which in _ON:
            year = written.year + (month <= written.month)
        elif which == "this":
            year = written.year
        elif not (expression.is_ahead or expression.is_behind) and tense != "future":
            year = ahead if (month - written.month) % 12 <= _MONTHS_AHEAD[tense] else behind
        else:
            year = ahead if self._is_future(expression) else behind
        return f"{year:04}-{month:02}"

    def _weekday(self, expression: Expression) -> str | None:
        return _with_part(self._of_weekday(expression), expression.groups.get("part"))

    def _of_weekday(self, expression: Expression) -> date:
        groups, written = expression.groups, self._written
        weekday = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(groups["weekday"].rstrip(".")[:3]))
        which = groups.get("which", "")
        if which in _ON:
            return nearest_weekday(written + timedelta(days=1), weekday, forward=True)
        last = day_of(self._last or "") or written
        if which == "the following":
            return nearest_weekday(last + timedelta(days=1), weekday, forward=True)
        if which in _BACK:
            since = last if which == "the previous" else written
            return nearest_weekday(since - timedelta(days=1), weekday, forward=False)
        if "later" in groups:
            return nearest_weekday(written, weekday, forward=True) + timedelta(weeks=1)
        return nearest_weekday(written, weekday, forward=self._is_future(expression))

    def _deictic(self, expression: Expression) -> str | None:
        groups = expression.groups
        word = groups["deictic"]
        part = "night" if word in ("tonight", "overnight") else groups.get("part")
        return _with_part(self._written + timedelta(days=_MODIFIED[word]), part)

    def _quarter(self, expression: Expression) -> str | None:
        groups, written = expression.groups, self._written
        quarter = int(groups["ordinal"]) if groups["ordinal"].isdigit() else ORDINALS[groups["ordinal"]]
        if "year" in groups or "of" in groups:
            year = int(groups.get("year") or groups["of"])
        elif "which" in groups:
            year = written.year + _YEARS_ON[groups["which"]]
        else:
            now = (written.month + 2) // 3
            year = written.year - (quarter > now and not self._is_future(expression)) - ("ago" in groups)
        return f"{year:04}-Q{quarter}"

    def _year_ago(self, expression: Expression) -> str:
        """Return the quarter a year before the one named last, or the year before the story's."""
        quarter = self._last_quarter
        return f"{int(quarter[:4]) - 1:04}{quarter[4:]}" if quarter else f"{self._written.year - 1:04}"

    def _ago(self, expression: Expression) -> str | None:
        groups = expression.groups
        number = _number(groups["number"])
        unit = _singular(groups["unit"])
        sign = 1 if groups["way"] in ("later", "from now", "from today") else -1
        if unit == "year" and number == 1 and groups["way"] in ("ago", "earlier"):
            return self._year_ago(expression)
        is_told = groups["way"] in ("earlier", "before", "later")
        base = (first_day(self._last or "") if is_told else None) or self._written
        return shifted(base, unit, sign * number)

    def _season(self, expression: Expression) -> str | None:
        groups, written = expression.groups, self._written
        season = SEASONS[groups["season"]]
        if "year" in groups:
            return f"{groups['year']}-{season}"
        begins = _SEASON_BEGINS[season]
        which = groups.get("which", "")
        if which in _BACK:
            year = written.year - (begins >= written.month)
        elif which in _ON:
            year = written.year + (begins <= written.month)
        else:
            year = written.year
        return f"{year:04}-{season}"

    def _vague(self, expression: Expression) -> str | None:
        return "FUTURE_REF" if expression.groups.get("which") in ("coming", "next") else "PAST_REF"

    def _relative(self, expression: Expression) -> str | None:
        groups = expression.groups
        which, unit = groups["which"], groups["unit"]
        if unit in _PARTS:
            return self._part_of_day(which, unit)
        if which in ("the past", "past") and unit == "decade":
            # The last ten years are no date.
            return None
        if unit == "quarter" and which in ("the", "the latest"):
            return self._quarter_told_of(has_ended=which == "the latest")
        if which == "the":
            return self._definite(expression, _singular(unit))
        return self._counted_on(which, _singular(unit))

    def _quarter_told_of(self, *, has_ended: bool) -> str:
        """Return the quarter named last; one that has ended is never that of the story's own day."""
        current = value_of(self._written, "quarter")
        before = self._last_quarter
        if before and not (has_ended and before >= current):
            return before
        self._last_quarter = (shifted(self._written, "quarter", -1) if has_ended else None) or current
        return self._last_quarter

    def _definite(self, expression: Expression, unit: Unit) -> str | None:
        """Return the value of "the day", "the weekend", "the month"."""
        if unit == "day":
            last = day_of(self._last or "") or self._written
            return value_of(last, "day") if "modifier" in expression.groups else None
        if unit == "weekend":
            return value_of(nearest_weekday(self._written, 5, forward=self._is_future(expression)), "weekend")
        return value_of(self._written, unit)

    def _counted_on(self, which: str, unit: Unit) -> str | None:
        """Return the value of "last week", "the following day", "that year"."""
        last = first_day(self._last or "") or self._written
        if which in _AFTER or (which == "the next" and unit == "day"):
            return shifted(last, unit, 1)
        if which in ("the same", "that same", "that"):
            return value_of(last, unit)
        if which in ("the previous", "previous", "the prior"):
            return shifted(last, unit, -1)
        if unit == "weekend" and which in _BACK:
            return value_of(nearest_weekday(self._written - timedelta(days=1), 5, forward=False), "weekend")
        return shifted(self._written, unit, -1 if which in _BACK else 1 if which in _ON else 0)

    def _part_of_day(self, which: str, part: str) -> str | None:
        if which == "the":
            return None
        last = day_of(self._last or "")
        if which in _AFTER or which == "the next":
            return _with_part((last or self._written) + timedelta(days=1), part)
        if which in ("that", "the same", "that same"):
            return _with_part(last or self._written, part)
        return _with_part(self._written + timedelta(days=-1 if which in _BACK else 1 if which in _ON else 0), part)

    def _decade(self, expression: Expression) -> str | None:
        groups = expression.groups
        if "decade" in groups:
            return groups["decade"]
        digit = int(groups["short"]) if "short" in groups else _WORDED[groups["worded"]]
        century = self._written.year // 100 - (digit > self._written.year // 10 % 10)
        return f"{century}{digit}"

    def _century(self, expression: Expression) -> str | None:
        number = int(expression.groups["century"]) - 1
        return f"{number:02}" if 0 <= number < 100 else None

    def _year(self, expression: Expression) -> str | None:
        return expression.groups["year"]

    def _spoken(self, expression: Expression) -> str | None:
        groups = expression.groups
        tens, _, ones = groups["ones"].partition("-")
        return f"{NUMBERS[groups['tens']]}{NUMBERS[tens] + NUMBERS.get(ones, 0):02}"

    def _holiday(self, expression: Expression) -> str | None:
        groups, written = expression.groups, self._written
        around = [written.year, written.year - 1, written.year + 1]
        years = [int(groups["year"])] if "year" in groups else around
        days = [holiday(groups["holiday"], groups.get("day", ""), year) for year in years]
        which = groups.get("which", "")
        if which in _BACK:
            days = [day for day in days if day < written] or days
        elif which in _ON:
            days = [day for day in days if day > written] or days
        nearest = min(days, key=lambda day: abs((day - written).days))
        return value_of(nearest, "week" if groups.get("day") == "week" else "day")

    def _year_end(self, expression: Expression) -> str | None:
        return value_of(self._written, "year")

    def _future(self, expression: Expression) -> str | None:
        return None if self._tense(expression.start) in ("past", "past perfect") else "FUTURE_REF"


_CONSTANT = {"present": "PRESENT_REF", "past": "PAST_REF"}
_RESOLVED: Mapping[str, Callable[[Resolver, Expression], str | None]] = {
    "iso": Resolver._iso,
    "clock": Resolver._clock,
    "numeric": Resolver._numeric,
    "date": Resolver._date,
    "day_also": Resolver._day_also,
    "month": Resolver._month,
    "weekday": Resolver._weekday,
    "deictic": Resolver._deictic,
    "quarter": Resolver._quarter,
    "year_ago": Resolver._year_ago,
    "ago": Resolver._ago,
    "season": Resolver._season,
    "vague": Resolver._vague,
    "spoken": Resolver._spoken,
    "relative": Resolver._relative,
    "decade": Resolver._decade,
    "century": Resolver._century,
    "year": Resolver._year,
    "holiday": Resolver._holiday,
    "year_end": Resolver._year_end,
    "future": Resolver._future,
}
"""What resolves each kind of expression that has no constant value."""


def _clock_time(groups: dict[str, str]) -> str:
    if "named" in groups:
        return _HOURS[groups["named"]]
    if "military" in groups:
        return f"{groups['military'][:2]}:{groups['military'][2:]}"
    if "hour24" in groups:
        return f"{int(groups['hour24']):02}:{groups['minute24']}"
    if "hour12" in groups:
        hour = _number(groups["hour12"]) % 12
        is_before_noon = groups.get("half12") == "morning" or ("night" in groups and hour < _NIGHT_ENDS)
        return f"{hour + 12 * (not is_before_noon):02}:00"
    hour = int(groups["hour"]) % 12 + 12 * (groups["half"] == "p")
    return f"{hour:02}:{groups.get('minute', '00')}"


def _with_part(day: date, part: str | None) -> str:
    return day.isoformat() + (f"T{_PARTS[part]}" if part else "")


def _number(text: str) -> int:
    """Return the number of a numeral or a number word."""
    text = text.removesuffix(" of")
    if text.isdigit():
        return int(text)
    tens, _, ones = text.partition("-")
    return NUMBERS[tens] + NUMBERS.get(ones, 0)


def _singular(unit: str) -> Unit:
    return unit.removesuffix("s")  # type: ignore[return-value]
