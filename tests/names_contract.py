"""What every store of names must do; the real one and the simulated one pass the same tests."""

from datetime import timedelta

from pipeline.identity.indexed.name_store import Change, Names
from tests.conftest import NOON


async def what_was_written_is_read_at_once(names: Names) -> None:
    assert await names.read(["a"]) == {}
    written = await names.write({"a": Change({"words": ["lee"]}, None), "b": Change({"words": []}, None)})
    read = await names.read(["a", "b", "c"])
    assert {key: kept.content for key, kept in read.items()} == {"a": {"words": ["lee"]}, "b": {"words": []}}
    assert {key: kept.token for key, kept in read.items()} == written


async def nothing_is_read_or_written_for_nothing(names: Names) -> None:
    assert await names.read([]) == {}
    assert await names.write({}) == {}
    assert await names.leading_to([]) == []


async def of_two_who_read_the_same_the_first_writes(names: Names) -> None:
    before = (await names.write({"d": Change({"n": 1}, None)}))["d"]
    assert (await names.write({"d": Change({"n": 2}, None)}))["d"] is None
    assert (await names.write({"d": Change({"n": 3}, before)}))["d"] is not None
    assert (await names.write({"d": Change({"n": 4}, before), "e": Change({"n": 5}, None)}))["d"] is None
    assert [(await names.read(["d", "e"]))[key].content["n"] for key in "de"] == [3, 5]


async def what_was_deleted_is_gone_unless_it_changed(names: Names) -> None:
    before = (await names.write({"f": Change({"n": 1}, None)}))["f"]
    after = (await names.write({"f": Change({"n": 2}, before)}))["f"]
    assert (await names.write({"f": Change(None, before)}))["f"] is None
    assert (await names.write({"f": Change(None, after)}))["f"] is not None
    assert await names.read(["f"]) == {}
    assert (await names.write({"f": Change({"n": 3}, None)}))["f"] is not None


async def who_leads_to_a_thing_is_found_at_once(names: Names) -> None:
    target = ("PERSON", "ann lee")
    await names.write({"g": Change({"period": 1}, None, targets={target}), "h": Change({"period": 2}, None)})
    assert [kept.content["period"] for kept in await names.leading_to([target, ("ORG", "lee")])] == [1]


async def what_is_begun_is_read_with_its_time(names: Names) -> None:
    await names.write({"i": Change({"n": 1}, None, since=NOON)})
    assert (await names.read(["i"]))["i"].content["since"] == NOON.isoformat()
    assert await names.unspread(NOON - timedelta(hours=1)) == {}


async def without_corrections_there_are_none(names: Names) -> None:
    assert not (await names.corrections()).merged
    assert await names.unapplied() == []
    assert await names.all_stories("", 10) == await names.unfinished() == []


CONTRACT = (
    what_was_written_is_read_at_once,
    nothing_is_read_or_written_for_nothing,
    of_two_who_read_the_same_the_first_writes,
    what_was_deleted_is_gone_unless_it_changed,
    who_leads_to_a_thing_is_found_at_once,
    what_is_begun_is_read_with_its_time,
    without_corrections_there_are_none,
)
