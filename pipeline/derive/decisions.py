"""Decisions of people about which stories belong together."""

from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from pipeline.value import Time, Value, is_absent

DecisionKind = Literal["separate", "join", "undo"]


class Decision(Value):
    """What somebody decided about a story, when and why.

    It stands alone (``separate``), belongs with ``other`` (``join``), or what was decided about it before counts no
    more (``undo``). The times say in which index both are.
    """

    decision: DecisionKind
    uri: str
    firstcreated: Time
    other: Annotated[str | None, Field(exclude_if=is_absent)] = None
    otherfirstcreated: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    by: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
    at: Time
    why: Annotated[str | None, Field(max_length=1_000, exclude_if=is_absent)] = None


class Decided(NamedTuple):
    """What holds of a story: that it stands alone, and the stories that it belongs with."""

    separate: bool = False
    joined: tuple[str, ...] = ()


UNDECIDED = Decided()


def decided(uri: str, made: Iterable[Decision]) -> Decided:
    """Return what holds of a story; of the decisions about one story, the last counts."""
    last: dict[str, Decision] = {}
    for each in sorted(made, key=lambda each: (each.at, each.decision, each.other or "")):
        last[each.uri] = each
    own = last.get(uri)
    if own is not None and own.decision == "separate":
        return Decided(separate=True)
    pairs = [(each.uri, each.other) for each in last.values() if each.decision == "join" and each.other]
    joined = {other if one == uri else one for one, other in pairs if uri in (one, other)}
    return Decided(joined=tuple(sorted(joined)))
