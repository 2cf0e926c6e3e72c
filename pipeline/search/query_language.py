"""Parse the search line as people type it: words, phrases, AND, OR, NOT, minus, brackets and ``field:value``.

``parse_words`` returns a tree, ``render`` writes it back, and a tree that is written and parsed again is the same.
Words side by side are joined by AND. ``|`` is OR, ``+`` is AND, ``-`` is NOT.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from pipeline.errors import QueryError

_GRAMMAR = r"""
?start: or_expr
?or_expr: and_expr (_OR and_expr)*
?and_expr: unary (_AND? unary)*
?unary: _NOT unary -> not_
      | _PLUS unary -> plus
      | atom
?atom: "(" or_expr ")" -> group
     | FIELD (PHRASE | WORD) -> field
     | PHRASE -> phrase
     | WORD -> word

_OR.3: /OR(?=[\s()"]|$)|\|\|?/
_AND.3: /AND(?=[\s()"]|$)|&&|\+(?=\s)/
_NOT.3: /NOT(?=[\s()"]|$)|[-!](?=[^\s)])/
_PLUS.3: /\+(?=[^\s)])/
FIELD.3: /(?:%s):(?=\S)/
PHRASE.2: /"[^"]*"(?:~\d{1,2})?/
WORD.1: /(?!(?:AND|OR|NOT)(?=[\s()"]|$))[^\s()"|]+/
DASH.2: /[-!](?=\s|$)/
%%ignore /\s+/
%%ignore DASH
"""
_MARKS = str.maketrans("“”„«»", '"""""')
_LONGEST = 4_000
_DEEPEST = 15
"""Elasticsearch accepts 30 levels of nested conditions, some of which the filters take."""
_MOST_REPAIRS = 12


@dataclass(frozen=True)
class Words:
    """Words or phrases, all of which must occur; a word may end in ``*``."""

    terms: tuple[str, ...]


@dataclass(frozen=True)
class FieldIs:
    """A condition on a field; ``position`` is where it stands in the line, from 1, and does not count as its value."""

    name: str
    value: str
    position: int = 0

    def __eq__(self, other: object) -> bool:
        """Compare without the position."""
        return isinstance(other, FieldIs) and (self.name, self.value) == (other.name, other.value)

    def __hash__(self) -> int:
        """Hash without the position."""
        return hash((self.name, self.value))


@dataclass(frozen=True)
class Not:
    """What must not hold."""

    of: "Node"


@dataclass(frozen=True)
class All:
    """Conditions that must all hold."""

    of: tuple["Node", ...]


@dataclass(frozen=True)
class Either:
    """Conditions of which one must hold."""

    of: tuple["Node", ...]


Node = Words | FieldIs | Not | All | Either
NOTHING = Words(())
"""An empty line, which everything matches."""


def parse_words(line: str, names: Iterable[str]) -> Node:
    """Parse a search line; ``names`` are the fields that stand before a colon. Raises QueryError."""
    typed = line.translate(_MARKS)
    if len(typed) > _LONGEST:
        raise QueryError(line, _LONGEST, f"more than {_LONGEST:,} characters")
    found = _read(typed, tuple(names))
    if isinstance(found, _Problem):
        raise QueryError(line, found.position, found.text, _repaired(typed, tuple(names)))
    return found


def render(node: Node) -> str:
    """Write a tree as a search line."""
    match node:
        case Words(terms):
            return " ".join(terms)
        case FieldIs(name, value):
            is_word = re.fullmatch(r'(?!(?:AND|OR|NOT)$)[^\s()"|]+', value)
            return f"{name}:{value}" if is_word else f'{name}:"{value}"'
        case Not(of):
            return f"-{_grouped(of)}"
        case All(of):
            return " ".join(_grouped(each) if isinstance(each, Either) else render(each) for each in of)
        case Either(of):
            return " OR ".join(_grouped(each) if isinstance(each, Either) else render(each) for each in of)


def joined(nodes: Iterable[Node]) -> Node:
    """Return the nodes joined by AND; neighbouring words become one node."""
    found: list[Node] = []
    for node in nodes:
        for part in node.of if isinstance(node, All) else (node,):
            if isinstance(part, Words) and found and isinstance(found[-1], Words):
                found[-1] = Words((*found[-1].terms, *part.terms))
            elif part != NOTHING:
                found.append(part)
    return found[0] if len(found) == 1 else All(tuple(found)) if found else NOTHING


def _grouped(node: Node) -> str:
    is_single = isinstance(node, FieldIs) or (isinstance(node, Words) and len(node.terms) == 1)
    return render(node) if is_single else f"({render(node)})"


class _Builder(Transformer[Token, Node]):
    """Build the tree while the parser reads."""

    def word(self, items: list[Any]) -> Node:
        return Words((str(items[0]),))

    phrase = word

    def field(self, items: list[Any]) -> Node:
        name, value = items
        text = str(value)[1:].partition('"')[0] if value.type == "PHRASE" else str(value)
        return FieldIs(str(name)[:-1], text.strip(), (name.start_pos or 0) + 1)

    def group(self, items: list[Any]) -> Node:
        return items[0]  # type: ignore[no-any-return]

    plus = group

    def not_(self, items: list[Any]) -> Node:
        (of,) = items
        return of.of if isinstance(of, Not) else Not(of)

    def and_expr(self, items: list[Any]) -> Node:
        return joined(items)

    def or_expr(self, items: list[Any]) -> Node:
        flat = [part for item in items for part in (item.of if isinstance(item, Either) else (item,))]
        return Either(tuple(flat))


@cache
def _parser(names: tuple[str, ...]) -> Lark:
    longest_first = sorted(names, key=len, reverse=True)
    return Lark(_GRAMMAR % "|".join(longest_first), parser="lalr", transformer=_Builder())


def _tree(typed: str, names: tuple[str, ...]) -> Node:
    if not typed.strip(" \t\r\n-!") or typed.strip() == "*":
        return NOTHING
    return _parser(names).parse(typed)  # type: ignore[return-value]


class _Problem(NamedTuple):
    """Where a line cannot be read, from 1, and why."""

    position: int
    text: str


def _read(typed: str, names: tuple[str, ...]) -> Node | _Problem:
    """Return the tree of a line, or why it has none."""
    if problem := _unbalanced(typed) or _without_value(typed, names):
        return problem
    try:
        return _tree(typed, names)
    except UnexpectedToken as error:
        return _unexpected(typed, error)
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        word = re.match(r"\S+?(?=[\s()]|$)", typed[at:])
        return _Problem(at + 1, f"{word[0] if word else typed[at]} needs something before and after it")


def _unbalanced(typed: str) -> _Problem | None:
    opened: list[int] = []
    for found in re.finditer(r'"[^"]*"?|[()]', typed):
        at = found.start() + 1
        if found[0] == "(":
            opened.append(at)
            if len(opened) > _DEEPEST:
                return _Problem(at, f"more than {_DEEPEST} brackets inside one another")
        elif found[0] == ")":
            if not opened:
                return _Problem(at, "this ) closes nothing")
            opened.pop()
        elif len(found[0]) == 1 or not found[0].endswith('"'):
            return _Problem(at, 'this " is not closed')
    return _Problem(opened[-1], "this ( is not closed") if opened else None


def _without_value(typed: str, names: tuple[str, ...]) -> _Problem | None:
    known = "|".join(names)
    found = re.search(rf'(?<![^\s(+!-])(?:(?:{known}):(?=\s|$|[()|])|(?:{known}):"\s*")', typed)
    return _Problem(found.start() + 1, f"{found[0].partition(':')[0]}: needs a value") if found else None


def _unexpected(typed: str, error: UnexpectedToken) -> _Problem:
    token = error.token
    before = (typed if token.type == "$END" else typed[: token.start_pos]).rstrip()
    if token.type in ("$END", "RPAR"):
        last = re.search(r"[^\s()]+$|\($", before)
        operator = last[0] if last else ")"
        problem = "nothing stands in these brackets" if operator == "(" else f"{operator} needs something after it"
        return _Problem(len(before) - len(operator) + 1, problem)
    at = (token.start_pos or 0) + 1
    if not before or before.endswith("("):
        return _Problem(at, f"{token} needs something before it")
    return _Problem(at, f"{token} cannot stand here")


def _repaired(typed: str, names: tuple[str, ...]) -> str | None:
    """Return the nearest line that can be read: with marks and brackets closed, without operators that join nothing."""
    line = typed
    for _ in range(_MOST_REPAIRS):
        found = _read(line, names)
        if not isinstance(found, _Problem):
            return " ".join(line.split()).replace(" )", ")").replace("( ", "(") if found != NOTHING else None
        at, problem = found
        if "not closed" in problem:
            line += '"' if line[at - 1] == '"' else ")"
        else:
            rest = re.match(r'[()|]|"[^"]*"?|[^\s()"|]+:""|\S[^\s()"|]*', line[at - 1 :])
            line = line[: at - 1] + " " + line[at - 1 + len(rest[0] if rest else line[at - 1]) :]
    return None
