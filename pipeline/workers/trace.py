"""The trace: where an item stood on each topic so far, and when, in one header.

``wire.raw/3/120@1715860800000 wire.stories/1/77@1715860800042``: coordinates with the
message's time in milliseconds, in the order of the route.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from faust.types import EventT

from pipeline.broker.log import Coordinate

HEADER = "trace"


def headers_of(event: EventT) -> dict[str, bytes]:
    """The message's headers by name."""
    headers = event.message.headers or {}
    pairs: Iterable[tuple[str, bytes]] = headers.items() if isinstance(headers, Mapping) else headers
    return {name: content or b"" for name, content in pairs}


def place(event: EventT) -> Coordinate:
    """Where the event's message stands."""
    message = event.message
    return Coordinate(message.topic, message.partition, message.offset)


def extended(event: EventT) -> bytes:
    """The trace up to and with this event's message."""
    before = headers_of(event).get(HEADER, b"").decode()
    moment = int((event.message.timestamp or 0) * 1000)
    return f"{before} {place(event)}@{moment}".strip().encode()


def times(event: EventT) -> dict[str, datetime]:
    """When the item stood on each topic, by the topic's last word; of several times the last."""
    places = (each.partition("@") for each in extended(event).decode().split())
    return {
        at.partition("/")[0].rpartition(".")[2]: datetime.fromtimestamp(int(moment) / 1000, UTC)
        for at, _, moment in places
    }


def received(event: EventT) -> float | None:
    """When the item came in at the door (seconds since 1970), None where nobody said."""
    try:
        return datetime.fromisoformat(headers_of(event)["received-at"].decode()).timestamp()
    except (KeyError, ValueError):
        return None


def origin(event: EventT) -> Coordinate:
    """Where the item came in: its place on the first topic of its trace."""
    first = extended(event).decode().split()[0]
    return Coordinate.parse(first.partition("@")[0])
