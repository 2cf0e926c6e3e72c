"""A day on a desk: stories of known content, for whatever looks at them.

Whoever asks for them names a word that only these stories have, so that two do not see each other's.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

NOW = datetime.now(UTC).replace(microsecond=0)
TOWNS = ("Nairobi", "Warsaw", "Lima", "Oslo")


def item(uri: str, body: str, hours: float = 0, **fields: Any) -> dict[str, Any]:
    """A ninjs story of so many hours ago."""
    at = (NOW - timedelta(hours=hours)).isoformat()
    told = {"uri": uri, "versioncreated": at, "firstcreated": at, "language": "en", "body_text": body}
    return told | {"headline": f"About {uri.rpartition(':')[2]}"} | fields


def matter(seed: str) -> str:
    """A paragraph that no other story has: what is too much alike is one story from two feeds."""
    random = Random(seed)
    words = ("".join(random.choice("bdfgklmnprst") + random.choice("aeiou") for _ in range(3)) for _ in range(120))
    return f"The log of the day read {' '.join(words)}."


def stories(word: str) -> list[dict[str, Any]]:
    """Forty stories over forty hours: four towns, two agencies, an urgency each, and two who speak."""
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
