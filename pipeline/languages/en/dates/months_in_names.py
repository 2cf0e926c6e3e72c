"""Tell months and weekdays from names: "April Jones", "Mrs May", "the March for Life", "the Sunday Times"."""

from collections.abc import Iterable
from functools import cached_property

from pipeline.knowledge.person_names import people
from pipeline.languages.en.dates.expressions import Expression
from pipeline.reading.tree import Tree

_TITLES = frozenset("mr mr. mrs mrs. ms ms. miss dr dr. sir lord lady dame madam minister president premier".split())
_OF_TIME = frozenset("in since until till during through by from early mid late last next this".split())
_OF_MARCHES = frozenset("of for on against".split())


class Names:
    """The words of a story that look like months or weekdays, and are names."""

    def __init__(self, tree: Tree, found: Iterable[Expression]) -> None:
        """Consider the expressions that are a bare month."""
        self._tree = tree
        self._bare = {
            each.start: tree.token_at(each.start) for each in found if each.kind == "month" and len(each.groups) == 1
        }

    def __contains__(self, expression: Expression) -> bool:
        """Return whether an expression is a name; a name that words make a time is a month: "May left in May"."""
        if expression.kind == "weekday" and len(self._tree):
            return self._tree.kind[self._tree.token_at(expression.start)] == "ORG"
        token = self._bare.get(expression.start)
        return token is not None and (self._is_name(token) or (self._may_be_name(token) and not self._is_time(token)))

    @cached_property
    def _borne(self) -> frozenset[str]:
        return frozenset(self._tree.word[token] for token in self._bare.values() if self._is_name(token))

    def _is_name(self, token: int) -> bool:
        """Return whether the words beside it make it a name, or a verb as in "May I come in?"."""
        tree, known = self._tree, people()
        before, after = tree.word[token - 1] if token else "", tree.word[token + 1 : token + 2]
        is_first = tree.dep[token] == "compound" and tree.head[token] == token + 1
        return (
            tree.kind[token] == "PERSON"
            or tree.dep[token] == "aux"
            or (is_first and (tree.kind[token + 1] == "PERSON" or not known.surnames.isdisjoint(after)))
            or before.lower() in _TITLES
            or any(before in names for names in (known.female, known.male, known.both))
        )

    def _may_be_name(self, token: int) -> bool:
        """Return whether a person of the story has this name, or a march may have it."""
        word, after = self._tree.word[token], self._tree.lower[token + 1 : token + 2]
        return word in self._borne or (word == "March" and not _OF_MARCHES.isdisjoint(after))

    def _is_time(self, token: int) -> bool:
        return token > 0 and self._tree.lower[token - 1] in _OF_TIME
