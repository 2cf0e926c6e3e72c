"""Tell months from people of these names: "April Jones", "Theresa May", "Mrs May"."""

from collections.abc import Iterable
from functools import cached_property

from pipeline.annotate.dates.expressions import Expression
from pipeline.annotate.tree import Tree

_TITLES = frozenset("mr mr. mrs mrs. ms ms. miss dr dr. sir lord lady dame madam minister president premier sen.".split())
_OF_TIME = frozenset("in since until till during through by from early mid late last next this".split())


class NamesOfPeople:
    """The words of a story that look like months, and name a person."""

    def __init__(self, tree: Tree, found: Iterable[Expression]) -> None:
        """Consider the expressions that are a bare month."""
        self._tree = tree
        self._bare = {
            each.start: tree.token_at(each.start)
            for each in found
            if len(tree) and each.kind == "month" and len(each.groups) == 1
        }

    def __contains__(self, expression: Expression) -> bool:
        """Return whether an expression is a person's name."""
        token = self._bare.get(expression.start)
        return token is not None and (self._is_name(token) or self._is_bearer(token))

    @cached_property
    def _borne(self) -> frozenset[str]:
        return frozenset(self._tree.word[token] for token in self._bare.values() if self._is_name(token))

    def _is_name(self, token: int) -> bool:
        """Return whether the words beside it make it a name, or a verb as in "May I come in?"."""
        tree = self._tree
        above = tree.head[token]
        return (
            tree.kind[token] == "PERSON"
            or tree.dep[token] == "aux"
            or (above == token + 1 and tree.dep[token] == "compound" and tree.kind[above] == "PERSON")
            or (token > 0 and tree.lower[token - 1] in _TITLES)
        )

    def _is_bearer(self, token: int) -> bool:
        """Return whether a person of the story has its name, and no word before it makes it a time."""
        tree = self._tree
        return tree.word[token] in self._borne and (token == 0 or tree.lower[token - 1] not in _OF_TIME)
