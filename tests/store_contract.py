"""What every store of records must do; the real one and the simulated one pass the same tests."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from pipeline.desk.record import Record
from pipeline.desk.store import Store
from pipeline.story import Order
from tests.conftest import NOON

Refresh = Callable[[], Awaitable[object]]
"""Makes what was written findable by searches."""


def record(uri: str, version: int = 1, **fields: object) -> Record:
    """Return the record of a usable story."""
    plain = {"versioncreated": NOON, "firstcreated": NOON, "pubstatus": "usable"}
    return Record(uri=uri, version=version, **plain | fields)


async def what_was_written_is_read_at_once(store: Store, refresh: Refresh) -> None:
    assert await store.read(["urn:a"]) == {}
    assert await store.write([(record("urn:a"), None), (record("urn:b", 2), None)]) == set()
    read = await store.read(["urn:a", "urn:b", "urn:c"])
    assert {uri: stored.record for uri, stored in read.items()} == {
        "urn:a": record("urn:a"),
        "urn:b": record("urn:b", 2),
    }


async def nothing_is_read_or_written_for_nothing(store: Store, refresh: Refresh) -> None:
    assert await store.read([]) == {}
    assert await store.write([]) == set()


async def of_two_who_found_none_the_first_writes(store: Store, refresh: Refresh) -> None:
    assert await store.write([(record("urn:d"), None)]) == set()
    assert await store.write([(record("urn:d", 9), None), (record("urn:e"), None)]) == {"urn:d"}
    read = await store.read(["urn:d", "urn:e"])
    assert (read["urn:d"].record.version, read["urn:e"].record.version) == (1, 1)


async def of_two_who_read_the_same_the_first_writes(store: Store, refresh: Refresh) -> None:
    await store.write([(record("urn:f"), None)])
    before = (await store.read(["urn:f"]))["urn:f"]
    assert await store.write([(record("urn:f", 2), before)]) == set()
    assert await store.write([(record("urn:f", 3), before)]) == {"urn:f"}
    after = (await store.read(["urn:f"]))["urn:f"]
    assert after.record.version == 2
    assert await store.write([(record("urn:f", 3), after)]) == set()


async def what_is_due_is_found_and_nothing_else(store: Store, refresh: Refresh) -> None:
    hour = timedelta(hours=1)
    held = {"held": "wire.stories/0/1", "embargoed": NOON}
    await store.write(
        [
            (record("urn:due", sendagain=NOON - hour, **held), None),
            (record("urn:later", sendagain=NOON + hour, **held), None),
            (record("urn:free"), None),
        ]
    )
    await refresh()
    assert [each.uri for each in await store.due(NOON)] == ["urn:due"]


async def orders_are_found_until_they_are_settled(store: Store, refresh: Refresh) -> None:
    order = Order(kind="kill", text="Please kill it.")
    changes = [
        (record("urn:order:old", order=order, versioncreated=NOON), None),
        (record("urn:order:new", order=order, versioncreated=NOON + timedelta(hours=1)), None),
        (record("urn:order:done", order=order, settled=True), None),
    ]
    await store.write(changes)
    await refresh()
    assert [each.uri for each in await store.unsettled()] == ["urn:order:new", "urn:order:old"]


async def stories_are_found_by_what_their_sender_calls_them(store: Store, refresh: Refresh) -> None:
    await store.write(
        [
            (record("urn:named:1", sender="ap", names=("number v1", "title a b")), None),
            (record("urn:named:2", sender="ap", names=("title c",)), None),
            (record("urn:named:3", sender="other", names=("number v1",)), None),
        ]
    )
    await refresh()
    assert [each.uri for each in await store.named("ap", ["number v1", "title x"])] == ["urn:named:1"]
    assert await store.named("ap", ["title a"]) == []


CONTRACT = (
    what_was_written_is_read_at_once,
    nothing_is_read_or_written_for_nothing,
    of_two_who_found_none_the_first_writes,
    of_two_who_read_the_same_the_first_writes,
    what_is_due_is_found_and_nothing_else,
    orders_are_found_until_they_are_settled,
    stories_are_found_by_what_their_sender_calls_them,
)
