"""Cases that need servers: what is fed in turn, and what searches then find."""

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode
from urllib.request import urlopen

from pipeline.feeds import ItemReader
from pipeline.formats import SNIFFED_BYTES
from pipeline.kafka.sender import Sender
from pipeline.settings import Kafka
from pipeline.story import RawStory

TABLE = Path(__file__).parent / "served" / "cases.toml"
_LIMIT = 8 << 20


class Installation(Protocol):
    """A running ``wire up``: where its pages are, its Kafka, and a way to wait until no stage has work left."""

    address: str

    @property
    def kafka(self) -> Kafka:
        """Its Kafka."""
        ...

    def await_idle(self) -> None:
        """Wait."""
        ...


@dataclass(frozen=True)
class ServedCase:
    """Items that are fed one after the other, and the uris that each search finds, or ``ranked`` finds in this order.

    Each item has a ``source`` and a ``text``. ``orders`` is how many orders of these sources wait for a person then.
    """

    id: str
    number: int
    feed: Sequence[dict[str, str]]
    found: dict[str, list[str]] = field(default_factory=dict)
    ranked: dict[str, list[str]] = field(default_factory=dict)
    orders: int = 0

    @property
    def label(self) -> str:
        """Names the row."""
        return f"{self.id}-served-{self.number}"

    @property
    def beginning(self) -> str:
        """The first words of its last item, on one line."""
        return " ".join(self.feed[-1]["text"].split())[:90]


def served_cases() -> list[ServedCase]:
    """Return the rows of the table."""
    rows = tomllib.loads(TABLE.read_text())["case"]
    return [ServedCase(number=number, **row) for number, row in enumerate(rows, 1)]


def feed(cases: Sequence[ServedCase], wire: Installation) -> None:
    """Feed the first items of all cases, then the second ones, and so on, each when the ones before are indexed."""
    for turn in range(max(len(case.feed) for case in cases)):
        with Sender(wire.kafka) as sender:
            for item in (case.feed[turn] for case in cases if turn < len(case.feed)):
                reader = ItemReader(limit=_LIMIT, source=item["source"])
                stream = BufferedReader(BytesIO(item["text"].encode()), SNIFFED_BYTES)
                for raw in reader.items(stream, "-", None, "-"):
                    assert isinstance(raw, RawStory), raw
                    sender.send(raw.topic, raw.uri.encode(), raw.value, raw.headers.pairs())
            sender.finish()
        wire.await_idle()


def wrong(case: ServedCase, wire: Installation, eventually: Callable[..., Any]) -> list[str]:
    """Return what the searches of a case, which was fed, find wrongly; ``eventually`` waits until something is true."""
    senders = {item["source"].casefold() for item in case.feed}

    def found(query: str) -> list[str]:
        hits = _answer(wire, f"stories?{urlencode({'q': query, 'size': 50, 'collapsed': 'false'})}")["hits"]
        return [hit["uri"] for hit in hits]

    def differing() -> list[str]:
        sets = [(query, sorted(found(query)), sorted(uris)) for query, uris in case.found.items()]
        lists = [(query, found(query), uris) for query, uris in case.ranked.items()]
        bad = [f"{query!r} finds {have}, not {want}" for query, have, want in sets + lists if have != want]
        waiting = sum(each["sender"] in senders for each in _answer(wire, "status")["orders"])
        return bad if waiting == case.orders else [*bad, f"{waiting} orders wait, not {case.orders}"]

    try:
        eventually(lambda: not differing(), 60)
    except AssertionError:
        return differing()
    return []


def _answer(wire: Installation, path: str) -> dict[str, Any]:
    with urlopen(f"{wire.address}/api/v1/{path}", timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer
