"""What the stories teach about one word: whom names with it mean, and how lists name them.

The identity of a name follows from the lesson of its own word alone, so that stories with one word bear on no others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.identity.learning import Id, learn, usual_names
from pipeline.identity.name_usage import OWN, NameUsage

Route = tuple[tuple[Id, ...], str | None]
"""The types and keys that a name leads to, its own first, and how lists name the last, if other than its story."""


@dataclass(frozen=True)
class Lesson:
    """``learned`` is who else is meant by a type and key, ``names`` the usual names of those named differently."""

    learned: Mapping[Id, Id] = field(default_factory=dict)
    names: Mapping[Id, str] = field(default_factory=dict)

    def route(self, at: Id) -> Route:
        """Return where a type and key lead to, unless a person corrects it."""
        passed = [at]
        while (further := self.learned.get(passed[-1])) is not None and further not in passed:
            passed.append(further)
        return tuple(passed), self.names.get(passed[-1])

    def differences(self, other: "Lesson") -> set[Id]:
        """Return the types and keys that lead elsewhere by the other lesson."""
        concerned = {*self.learned, *self.names, *other.learned, *other.names}
        return {at for at in concerned if self.route(at) != other.route(at)}


NOTHING = Lesson()
"""Every name with the word means what its own story says."""


def lesson_of(usages: Sequence[tuple[NameUsage, int]]) -> Lesson:
    """Return what all usages of one word teach, each with its number of stories."""
    if len(usages) <= 1:
        # One usage alone teaches nothing, and most words have no other.
        return NOTHING
    learned = dict(learn(usages))
    meant = set(learned.values())
    own = [each for each in usages if each[0].how in OWN]
    several = Counter((each.type, each.key) for each in {each._replace(given=None) for each, _ in usages})
    usual = dict(usual_names(own))
    names = {at: name for at, name in usual.items() if at in meant or several[at] > 1}
    for at, name in usual_names([each for each in usages if each[0].how not in OWN]):
        if at in meant:
            names.setdefault(at, name)
    return Lesson(learned, names)
