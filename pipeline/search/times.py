"""Parse times as people write them: ``2024-05-16``, ``2024-05-16T12:00Z``, ``today``, ``24h``, ``7d``."""

import re
from datetime import UTC, datetime, timedelta

from pipeline.errors import ConfigurationError
from pipeline.value import as_utc

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=366)
_AGO = re.compile(r"(?:last\s+)?(\d{1,6})\s*([smhdw])$")


def parse_time(text: str, now: datetime | None = None) -> datetime:
    """Return the time in UTC: from ISO 8601, ``now``, ``today``, or a duration before now.

    Raises ConfigurationError, which lists the forms that are understood.
    """
    now = now or datetime.now(UTC)
    words = " ".join(text.lower().split())
    if words == "now":
        return now
    if words == "today":
        return now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if ago := _AGO.match(words):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return as_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"not a time: {text!r}; write 2024-05-16, 2024-05-16T12:00Z, today, 24h or 7d"
        ) from None


def parse_duration(text: str) -> timedelta:
    """Return the duration, such as ``24h`` or ``7d``. Raises ConfigurationError, which lists the forms."""
    found = _AGO.match(" ".join(text.lower().split()))
    try:
        long = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    except OverflowError:
        long = timedelta(0)
    if not timedelta(0) < long <= _LONGEST:
        raise ConfigurationError(f"not a duration: {text!r}; write 90m, 24h or 7d, up to a year")
    return long
