"""Live results: subscribers, and those that do not keep up."""

import asyncio

from pipeline.web.live_stream import _MOST_UNTOLD, Listener


def received(*batches: list[str]) -> list[str]:
    """Return the events of a subscriber after these were broadcast."""

    async def listen():
        listener = Listener()
        for batch in batches:
            listener.put(batch)
        return await listener.next()

    return asyncio.run(listen())


def test_events_broadcast_meanwhile_arrive_once():
    assert received(["urn:a", "urn:b"], ["urn:a", "urn:c"]) == ["urn:a", "urn:b", "urn:c"]


def test_for_one_that_does_not_read_on_the_newest_of_a_bounded_number_are_kept():
    heard = received(*([f"urn:{n}:{m}" for m in range(100)] for n in range(100)))
    assert len(heard) == _MOST_UNTOLD
    assert heard[-1] == "urn:99:99"


def test_a_listener_waits_for_what_comes_next():
    async def listen():
        listener = Listener()
        asyncio.get_running_loop().call_later(0.01, listener.put, ["urn:a"])
        first = await listener.next()
        asyncio.get_running_loop().call_later(0.01, listener.put, ["urn:b"])
        return first, await listener.next()

    assert asyncio.run(listen()) == (["urn:a"], ["urn:b"])
