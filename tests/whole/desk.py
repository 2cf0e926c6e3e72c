"""A day's stories with known content, for searches and pages.

Each test passes a word that only its stories contain, so that tests do not see each other's stories.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

NOW = datetime.now(UTC).replace(microsecond=0)
TOWNS = ("Nairobi", "Warsaw", "Lima", "Oslo")


def item(uri: str, body: str, hours: float = 0, **fields: Any) -> dict[str, Any]:
    """Return a ninjs story published that many hours ago."""
    at = (NOW - timedelta(hours=hours)).isoformat()
    story = {"uri": uri, "versioncreated": at, "firstcreated": at, "language": "en", "body_text": body}
    return story | {"headline": f"About {uri.rpartition(':')[2]}"} | fields


def matter(seed: str) -> str:
    """Return a paragraph that resembles no other: similar stories would count as copies."""
    random = Random(seed)
    words = ("".join(random.choice("bdfgklmnprst") + random.choice("aeiou") for _ in range(3)) for _ in range(120))
    return f"The log of the day read {' '.join(words)}."


def stories(word: str) -> list[dict[str, Any]]:
    """Return forty stories over forty hours, about four towns, from two agencies, with two speakers."""
    found = []
    for number in range(40):
        town = TOWNS[number % 4]
        speaker, other = ("Maria Keller", "Tom Bradley") if number % 5 else ("Tom Bradley", "Maria Keller")
        body = (
            f"{town.upper()} - A {word} was caught in {town} on Monday, the {number + 1}th of its kind.\n"
            f"“We have never seen a catch like number {number},” said {speaker}, a biologist from {town}. "
            f"“It will feed the whole harbour.”\n"
            f"{speaker} said that {other} had seen another {word} the week before.\n"
            f"{matter(f'{word} {number}')}"
        )
        found.append(
            item(
                f"urn:desk:{word}:{number}",
                body,
                hours=number,
                urgency=number % 9 + 1,
                located=town,
                keyword=["fishing", "harbour" if number % 2 else "science"],
                subject=[{"code": "medtop:20000500", "name": "fishing industry" if number % 2 else "zoology"}],
            )
        )
    return found
