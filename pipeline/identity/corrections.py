"""Corrections of identities by people: merged, split and renamed ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from pipeline.identity.learning import Id
from pipeline.value import Time, Value, is_absent

LONGEST_NAME = 200
PLAIN = r"^[^\x00-\x1f]*$"
"""What a name may consist of: no control characters."""


class Correction(Value):
    """What somebody decided about the thing that a type and key stand for, and when.

    It is merged ``into`` another one, split from the one that the stories give, or renamed to ``name``. For a merged
    one ``name`` is that of the other.
    """

    correction: Literal["merge", "split", "rename"]
    type: str
    key: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN)]
    into_type: Annotated[str | None, Field(exclude_if=is_absent)] = None
    into_key: Annotated[str | None, Field(exclude_if=is_absent)] = None
    name: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN, exclude_if=is_absent)] = (
        None
    )
    by: Annotated[str, Field(min_length=1, max_length=100, pattern=PLAIN)]
    at: Time

    @property
    def concerned(self) -> set[Id]:
        """The things whose identity it decides. A merge also gives the other one a name."""
        into = {(self.into_type, self.into_key)} if self.into_type and self.into_key else set[Id]()
        return {(self.type, self.key)} | into


@dataclass
class Corrections:
    """The corrections that hold: of those of one thing, the last."""

    merged: dict[Id, Id] = field(default_factory=dict)
    names_of_merged: dict[Id, str] = field(default_factory=dict)
    split: set[Id] = field(default_factory=set)
    names: dict[Id, str] = field(default_factory=dict)

    @classmethod
    def of(cls, made: Iterable[Correction]) -> "Corrections":
        """Return what holds after these corrections, in any order."""
        found = cls()
        for each in sorted(made, key=lambda each: (each.at, each.correction, each.key)):
            at = (each.type, each.key)
            if each.correction == "rename" and each.name:
                found.names[at] = each.name
            elif each.correction == "merge" and each.into_type and each.into_key:
                found.split.discard(at)
                found.merged[at] = into = (each.into_type, each.into_key)
                found.names_of_merged[into] = each.name or each.into_key
            elif each.correction == "split":
                found.merged.pop(at, None)
                found.split.add(at)
        return found
