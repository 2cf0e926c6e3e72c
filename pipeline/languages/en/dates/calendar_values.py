"""Calendar arithmetic on ISO-TimeML values: ``2024``, ``2024-Q2``, ``2024-05``, ``2024-W20``, ``2024-05-16``."""

import re
from datetime import date, timedelta
from typing import Literal

from dateutil.easter import easter
from dateutil.relativedelta import TH, TU, relativedelta

Unit = Literal["day", "week", "weekend", "month", "quarter", "year", "decade", "season"]
SEASONS = {"spring": "SP", "summer": "SU", "fall": "FA", "autumn": "FA", "winter": "WI"}
_SEASON_OF_MONTH = ("WI", "WI", "SP", "SP", "SP", "SU", "SU", "SU", "FA", "FA", "FA", "WI")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_STEPS: dict[str, relativedelta] = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "weekend": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
    "season": relativedelta(years=1),
    "decade": relativedelta(years=10),
}


def shifted(day: date, unit: Unit, number: int) -> str | None:
    """Return the value of the ``unit`` that lies ``number`` units after the one of ``day``.

    The result is None outside of the years 1 to 9999.
    """
    try:
        return value_of(day + _STEPS[unit] * number, unit)
    except (ValueError, OverflowError):
        return None


def value_of(day: date, unit: Unit) -> str:
    """Return the value of the day, week, month … that ``day`` is in."""
    if unit == "day":
        return day.isoformat()
    if unit in ("week", "weekend"):
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}" + ("-WE" if unit == "weekend" else "")
    if unit == "month":
        return f"{day.year:04}-{day.month:02}"
    if unit == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if unit == "season":
        return f"{day.year:04}-{_SEASON_OF_MONTH[day.month - 1]}"
    return f"{day.year:04}"[: {"year": 4, "decade": 3}[unit]]


def day_of(value: str) -> date | None:
    """Return the day of a value, if it is a single day or a time on one."""
    found = _DAY.match(value)
    return valid_date(*map(int, found.groups())) if found else None


def valid_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def first_day(value: str) -> date | None:
    """Return the first day of a value with at least a year, else None."""
    day = day_of(value)
    if day is not None or not re.match(r"\d{4}(?!\d)", value):
        return day
    year, part = int(value[:4]), value[5:]
    if week := re.match(r"W(\d\d)", part):
        try:
            return date.fromisocalendar(year, int(week[1]), 1)
        except ValueError:
            return None
    month = 3 * int(part[1]) - 2 if re.fullmatch(r"Q[1-4]", part) else int(part) if part.isdigit() else 1
    return valid_date(year, month, 1)


def nearest_weekday(day: date, weekday: int, *, forward: bool) -> date:
    """Return the next or the last such weekday; ``day`` itself counts. Monday is 0."""
    days = (weekday - day.weekday()) % 7 if forward else -((day.weekday() - weekday) % 7)
    return day + timedelta(days=days)


_FIXED = {"christmas": (12, 25), "new year": (1, 1), "halloween": (10, 31), "valentine": (2, 14),
          "independence day": (7, 4), "bastille day": (7, 14), "may day": (5, 1)}  # fmt: skip
_AROUND_EASTER = {"eve": -1, "monday": 1}


def holiday(name: str, which: str, year: int) -> date:
    """Return the day of a holiday in a year; ``which`` is "eve" or another day of it, or empty."""
    if name == "thanksgiving":
        return date(year, 11, 1) + relativedelta(weekday=TH(4))
    if name in ("easter", "good friday"):
        return easter(year) + timedelta(days=-2 if name == "good friday" else _AROUND_EASTER.get(which, 0))
    if name == "election day":
        return date(year, 11, 2) + relativedelta(weekday=TU)
    day = next(date(year, *day) for known, day in _FIXED.items() if name.startswith(known))
    return day - timedelta(days=1) if which == "eve" else day
