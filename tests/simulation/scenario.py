"""The items that come in: stories in several versions, kills, embargoes, copies, updates under other uris, different
stories under one uri, and items that are no stories.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pipeline.envelope import Headers, Pairs
from pipeline.identity.corrections import Correction
from tests.simulation.kafka import EPOCH

BEGIN = datetime.fromtimestamp(EPOCH, UTC)
PUBLISHING = 30.0
"""Seconds in which the items come in."""
NEVER = 1_000_000.0
_SYLLABLES = [a + b for a in "bdfgklmnprst" for b in "aeiou"]


@dataclass(frozen=True)
class Item:
    """An item as it is published; times are in seconds of the simulation.

    ``created`` orders versions with the same number; ``quotes`` is how many quotes the language pass finds;
    ``source`` is the agency, if that is not the feed itself. ``title`` is the headline, if the uri is not to be part
    of it. ``kills`` is the headline of the story that its words order to kill.
    ``value`` replaces the story by arbitrary bytes; ``forged`` adds forged headers. ``days`` is how long ago
    the story was written.
    """

    uri: str
    at: float
    version: int = 1
    created: int = 0
    pubstatus: str = "usable"
    embargo: float | None = None
    title: str = ""
    text: str = ""
    quotes: int = 0
    urgency: int = 4
    feed: str = "one"
    source: str = ""
    kills: str = ""
    value: bytes | None = None
    forged: Pairs = ()
    days: int = 1

    @property
    def rank(self) -> tuple[int, int]:
        return self.version, self.created

    @property
    def headline(self) -> str:
        return self.title or f"{self.uri} {self.version} {self.created}"

    @property
    def bad(self) -> bool:
        """Return whether it must end in the dead-letter topic."""
        return self.value is not None or "poison" in self.text

    def payload(self) -> bytes:
        """Return its bytes on ``wire.raw``."""
        if self.value is not None:
            return self.value
        story = {
            "uri": self.uri,
            "version": str(self.version),
            "versioncreated": (BEGIN - timedelta(days=self.days, minutes=-self.created)).isoformat(),
            "firstcreated": (BEGIN - timedelta(days=self.days)).isoformat(),
            "pubstatus": self.pubstatus,
            "urgency": self.urgency,
            "language": "en",
            "headline": self.headline,
            "body_text": f"{self.text}\nThere are {self.quotes} quotes.",
        }
        if self.kills:
            story |= {
                "pubstatus": "usable",
                "headline": "KILL",
                "body_text": f"Editors, please kill the story headlined “{self.kills}”. A kill is mandatory.",
            }
        if self.embargo is not None:
            story["embargoed"] = (BEGIN + timedelta(seconds=self.embargo)).isoformat()
        return json.dumps(story).encode()

    def headers(self) -> Pairs:
        """Return its headers on ``wire.raw``."""
        known = Headers(
            uri=self.uri, source=self.source or self.feed, feed=self.feed, format="ninjs", received_at=BEGIN
        )
        return (*known.pairs(), *self.forged)


@dataclass(frozen=True)
class Scenario:
    """All items in the order of publication, including repetitions by the source, and what people correct."""

    items: Sequence[Item]
    repeats: Sequence[Item] = field(default=())
    corrections: Sequence[Correction] = field(default=())


def make(random: Random) -> Scenario:
    """Return a random scenario."""
    items: list[Item] = []
    for number in range(random.choice((1, 1, 2, 3))):
        items += _story(random, f"urn:story:{number}")
    if random.random() < 0.4:
        items += _copies(random)
    if random.random() < 0.4:
        items += _updates(random)
    if random.random() < 0.2:
        items += _shared_uri(random)
    if random.random() < 0.2:
        items += _ordered(random)
    if random.random() < 0.2:
        items += _foreign(random)
    for number in range(random.choice((0, 0, 0, 1))):
        items.append(Item(f"urn:bad:{number}", _moment(random), value=b"{no story %d" % number))
    if random.random() < 0.1:
        items.append(Item("urn:poison", _moment(random), text="poison"))
    items = [replace(item, forged=_forged(random)) if random.random() < 0.1 else item for item in items]
    items = [replace(item, urgency=1) if random.random() < 0.2 else item for item in items]
    items.sort(key=lambda item: item.at)
    repeats = [item for item in items if random.random() < 0.1]
    return Scenario(items, repeats, _corrections(random) if random.random() < 0.3 else ())


def _story(random: Random, uri: str) -> list[Item]:
    """Return the versions and kills of a story in random order, no two with the same rank."""
    versions = random.sample(range(1, 5), random.choice((1, 1, 2, 3)))
    text = _text(random)
    # Stories of two earlier periods.
    days = random.choice((1, 1, 1, 100, 190))
    items = [
        Item(
            uri,
            _moment(random),
            version,
            created=version,
            text=text,
            quotes=random.randrange(4),
            embargo=_embargo(random),
            days=days,
        )
        for version in versions
    ]
    if random.random() < 0.4:
        pubstatus = random.choice(("canceled", "withheld"))
        if random.random() < 0.3:
            # A notice that names no version: against whatever was there before it.
            items.append(
                Item(uri, _moment(random), 1, created=random.randrange(10, 60), pubstatus=pubstatus, days=days)
            )
        else:
            items.append(Item(uri, _moment(random), random.randrange(1, 6), created=9, pubstatus=pubstatus, days=days))
    return items


def _corrections(random: Random) -> list[Correction]:
    """Return what people decide about names, in the order in which they do, seconds after the beginning."""
    found = []
    for number in range(random.choice((1, 2, 3))):
        type_, key = random.choice((("PERSON", "lee"), ("PERSON", "ann lee"), ("ORG", "lee"), ("PERSON", "ann")))
        into_type, into_key = random.choice((("PERSON", "bo lee"), ("PERSON", "ann lee"), ("ORG", "group")))
        made = {
            "merge": {"into_type": into_type, "into_key": into_key, "name": into_key.title()},
            "split": {},
            "rename": {"name": "Somebody"},
        }
        what = random.choice([each for each in made if each != "merge" or key != into_key])
        at = BEGIN + timedelta(seconds=random.uniform(0, PUBLISHING * 2))
        fields: dict[str, Any] = {"correction": what, "type": type_, "key": key, "by": f"editor {number}", "at": at}
        found.append(Correction.model_validate(fields | made[what]))
    return sorted(found, key=lambda each: each.at)


def _copies(random: Random) -> list[Item]:
    """Return the same story from two or three feeds, one of which may kill or rewrite it."""
    text = _text(random)
    feeds = ("one", "two", "three")[: random.choice((2, 2, 3))]
    # The same agency in several feeds, or several that copy one another.
    source, quotes = ("agency", random.randrange(3)) if random.random() < 0.3 else ("", None)
    items = [
        Item(
            f"urn:copy:{feed}",
            _moment(random),
            1,
            created=1,
            text=text,
            quotes=random.randrange(3) if quotes is None else quotes,
            feed=feed,
            source=source,
        )
        for feed in feeds
    ]
    chosen = random.choice(items)
    what = random.random()
    if what < 0.3:
        items.append(
            Item(chosen.uri, _moment(random), 2, created=2, pubstatus="canceled", feed=chosen.feed, source=source)
        )
    elif what < 0.5:
        items.append(replace(chosen, at=_moment(random), version=2, created=2, quotes=1))
    return items


def _updates(random: Random) -> list[Item]:
    """Return a story and its updates under other uris, from one feed or two, perhaps with a kill or a new version."""
    text, quotes = _text(random), random.randrange(3)
    names = " ".join(f"and {word.title()}" for word in text.split()[6:30])
    items = []
    for feed in ("one", "two")[: random.choice((1, 1, 2))]:
        for number, name in enumerate("abc"[: random.choice((2, 3))], 1):
            longer = " ".join([text, *(f"They added {_text(random).split()[-1]}." for _ in range(number - 1))])
            items.append(
                Item(
                    f"urn:update:{feed}:{name}",
                    _moment(random),
                    created=number,
                    text=f"{longer} Others were there {names}.",
                    quotes=quotes,
                    feed=feed,
                )
            )
    chosen = random.choice(items)
    what = random.random()
    if what < 0.2:
        items.append(Item(chosen.uri, _moment(random), 2, created=9, pubstatus="canceled", feed=chosen.feed))
    elif what < 0.4:
        created = random.choice((chosen.created, 9))
        items.append(replace(chosen, at=_moment(random), version=2, created=created))
    return items


def _shared_uri(random: Random) -> list[Item]:
    """Return two stories under one uri, which may be killed."""
    items = []
    for number in (1, 2):
        words = _text(random).split()
        title, names = (
            " ".join("ab"[number - 1] + word for word in words[-8:]),
            " ".join(f"and {word.title()}" for word in words[8:30]),
        )
        text = f"{' '.join(words)} {names}"
        items.append(Item("urn:shared", _moment(random), created=number, title=title, text=text, quotes=1))
    if random.random() < 0.3:
        items.append(Item("urn:shared", _moment(random), 2, created=9, pubstatus="canceled"))
    return items


def _ordered(random: Random) -> list[Item]:
    """Return a story and an order in words to kill it, from its own feed or from another, in any order."""
    text = _text(random)
    title = text[20:60]
    feed = random.choice(("one", "one", "evil"))
    return [
        Item("urn:ordered", _moment(random), title=title, text=text, quotes=2),
        Item("urn:order", _moment(random), pubstatus="canceled", kills=title, feed=feed),
    ]


def _foreign(random: Random) -> list[Item]:
    """Return a story, and what another feed sends under its uri: a kill, or a version of its own."""
    texts = _text(random), _text(random)
    pubstatus = random.choice(("canceled", "usable"))
    return [
        Item("urn:foreign", _moment(random), title="Mine of the one feed", text=texts[0], quotes=1),
        Item("urn:foreign", _moment(random), 9, title="Theirs", text=texts[1], pubstatus=pubstatus, feed="evil"),
    ]


def _forged(random: Random) -> Pairs:
    """Return forged or malformed headers."""
    return (
        random.choice(
            (
                ("trace", b"\xff"),
                ("trace", b"wire.raw/0/0@1 wire.stories/1/1@2"),
                ("revision", b"999999999999"),
                ("replay-of", b"no/place"),
                ("received-at", b"\x00"),
            )
        ),
    )


def _moment(random: Random) -> float:
    return random.choice((0.0, 0.01, random.random(), random.random() * PUBLISHING))


def _embargo(random: Random) -> float | None:
    return random.choice((None, None, None, random.uniform(0, 60), NEVER))


def _text(random: Random) -> str:
    """Return a paragraph that resembles no other."""
    words = ("".join(random.choices(_SYLLABLES, k=3)) for _ in range(60))
    return f"The log of the day read {' '.join(words)}."
