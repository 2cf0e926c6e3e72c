"""Cases that need servers: what is fed in turn, and what searches then find."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "served" / "cases.toml"


@dataclass(frozen=True)
class ServedCase:
    """Items that are fed one after the other, and the uris that each search finds; a search ``ranks`` them.

    Each item has a ``source`` and a ``text``, and by default is a plain text or a line of JSON by its own look.
    """

    id: str
    number: int
    feed: tuple[Mapping[str, str], ...]
    found: Mapping[str, list[str]]
    ranked: Mapping[str, list[str]]
    orders: int

    @property
    def label(self) -> str:
        """Names the row."""
        return f"{self.id}-served-{self.number}"

    @property
    def beginning(self) -> str:
        """The first words of its last item, on one line."""
        return " ".join(self.feed[-1]["text"].split())[:90]


def served_cases() -> Iterator[ServedCase]:
    """Yield the rows of the table."""
    for number, row in enumerate(tomllib.loads(TABLE.read_text())["case"], 1):
        yield ServedCase(
            row["id"], number, tuple(row["feed"]), row.get("found", {}), row.get("ranked", {}), row.get("orders", 0)
        )


def wrong(
    case: ServedCase, wire: Callable[..., Any], await_idle: Callable[[], None], eventually: Callable[..., Any]
) -> list[str]:
    """Feed a case to an installation, and return what its searches find wrongly.

    ``wire`` runs a command, ``eventually`` waits until what it is given returns something true.
    """
    for item in case.feed:
        wire("feed", "-", "--source", item["source"], input=item["text"].encode())
        await_idle()

    def found(query: str) -> list[str]:
        return [hit["uri"] for hit in wire.json("search", query, "--size", "50")["hits"]]  # type: ignore[attr-defined]

    def differing() -> list[str]:
        sets = [(q, sorted(found(q)), sorted(uris)) for q, uris in case.found.items()]
        lists = [(q, found(q), uris) for q, uris in case.ranked.items()]
        bad = [f"{query!r} finds {have}, not {want}" for query, have, want in sets + lists if have != want]
        waiting = sum(each["sender"] in senders for each in wire.json("status", code=None)["orders"])  # type: ignore[attr-defined]
        return bad if waiting == case.orders else [*bad, f"{waiting} orders wait, not {case.orders}"]

    senders = {item["source"].casefold() for item in case.feed}
    try:
        eventually(lambda: not differing(), 20)
    except AssertionError:
        return differing()
    return []
