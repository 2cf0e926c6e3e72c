"""What an agency calls a story when it gives orders about it: its number, its slugline or its headline."""

import re
from collections.abc import Iterable

from pipeline.story import Story

_NUMBER = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,4}\s?-?|[a-z]{1,3}|(?:dpa|apa|sda|ots|bdt|dts|afp)\s)\d{3,5}(?![\w-])(?!\s?(?:GMT|UTC|hrs|hours))"
)
"""The service and the number of a message."""
_CYCLE = re.compile(
    r"^(?:(?:CORRECTED|REFILE|(?:UPDATE|WRAPUP|RPT)\s?\d*)[\s:-]+)*(?:(?:AM|PM|BC|AP|AS|PA)-+\s*)?(?:[A-Z]{2,3}--\s*)?"
)
_ORDER = re.compile(r"\b(?:MANDATORY|BULLETIN|ADVISORY|KILL(?:ED)?|WITHDRAW(?:N|AL)|CORRECTIVE|CORRECTION)\b")
_VERSION = re.compile(
    r",?\s*\b(?:\d{1,2}(?:st|nd|rd|th)\s(?:ld|lead)|writethru|ld-writethru|take \d|update \d|urgent|\d{2,5}$)\S*", re.I
)
_FEWEST_LETTERS = 4
_LONGEST = 300


def designated(numbers: Iterable[str] = (), titles: Iterable[str] = ()) -> tuple[str, ...]:
    """Return designations as they are compared: ``number v9991``, ``title host painkillers``.

    ``titles`` are sluglines and headlines; both are named alike in an order.
    """
    titled = (title for title in map(_title, titles) if sum(map(str.isalpha, title)) >= _FEWEST_LETTERS)
    found = [*(f"number {each}" for each in map(_number, numbers) if each), *(f"title {each}" for each in titled)]
    return tuple(dict.fromkeys(each[:_LONGEST] for each in found))


def numbers_in(text: str) -> list[str]:
    """Return what in a text may be the number of a message: "V9991", "bdt0123"."""
    return [found[0] for found in _NUMBER.finditer(text)]


def _number(text: str) -> str:
    found = re.search(r"([a-z]+)\W*0*(\d+)", text.casefold())
    return f"{found[1]}{found[2]}" if found else ""


def _title(text: str) -> str:
    """Return the words that stay the same in all versions of a slugline or headline."""
    line = " ".join(text[:_LONGEST].split())
    text = _VERSION.split(_ORDER.sub(" ", _CYCLE.sub("", line)))[0]
    return " ".join(re.findall(r"\w+", text.casefold()))


def designations_of(story: Story) -> tuple[str, ...]:
    """Return the designations of a story."""
    number = story.extra.get("transmission")
    titles = filter(None, (story.slugline, story.headline))
    return designated([number] if isinstance(number, str) else [], titles)
