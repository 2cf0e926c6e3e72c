"""What the words of one story are: lemma, class, whether a token heads a clause, what a noun phrase names."""

from pipeline.languages.en.events.event_types import NAMED_BY
from pipeline.languages.en.events.word_classes import Word, WordClasses
from pipeline.reading.tree import Tree

_CLAUSE = frozenset("ROOT ccomp advcl relcl conj parataxis acl xcomp pcomp csubj csubjpass dep".split())
_CLAUSES = frozenset("xcomp advcl acl pcomp relcl ccomp".split())
_OF_VERBS = frozenset("nsubj nsubjpass agent aux auxpass mark".split())
_GOVERNED = frozenset("xcomp pcomp acomp".split())
_GOVERNORS = 3
_PERSONAL = {**dict.fromkeys("he she they we him her them us who whom".split(), "noun.person"), "it": "noun.group"}
"""Pronouns for somebody, with the class of what they stand for."""
_HAPPENS = frozenset(f"noun.{each}" for each in "act event communication phenomenon process state possession".split())
_WIDEST = 12
"""How many tokens before its head a noun phrase is searched for a name."""


class StoryWords:
    """The words of one parsed story, by token; each is looked up once, when it is asked for."""

    def __init__(self, tree: Tree, classes: WordClasses) -> None:
        """Find the verbs."""
        self._tree, self._classes = tree, classes
        self._verbal = _verbs(tree)
        self._known: dict[int, Word] = {}
        self._named: dict[int, bool] = {}

    def word(self, token: int) -> Word:
        """Return what is known of a token's word."""
        known = self._known.get(token)
        if known is None:
            known = self._known[token] = self._classes.word(self._tree.lower[token], is_verb=self._verbal[token])
        return known

    def is_verb(self, token: int) -> bool:
        """Return whether a token heads a clause."""
        return self._verbal[token]

    def may_happen(self, token: int) -> bool:
        """Return whether a noun may name an event."""
        word = self.word(token)
        return word.wordnet in _HAPPENS or word.lemma in NAMED_BY

    def governors(self, predicate: int) -> list[int]:
        """Return the verbs that a predicate completes: "agreed" over "to send", nearest first."""
        tree, token = self._tree, predicate
        found: list[int] = []
        while tree.dep[token] in _GOVERNED and tree.head[token] != token and len(found) < _GOVERNORS:
            token = tree.head[token]
            found.append(token)
        return found

    def sort(self, token: int) -> str:
        """Return what a noun phrase names: the recogniser's label, or WordNet's class of its head."""
        return self._tree.kind[token] or _PERSONAL.get(self._tree.lower[token]) or self.word(token).wordnet

    def is_pronoun(self, token: int) -> bool:
        """Return whether a token is a pronoun for somebody."""
        return self._tree.lower[token] in _PERSONAL

    def is_named(self, token: int) -> bool:
        """Return whether a noun phrase contains a name."""
        named = self._named.get(token)
        if named is None:
            tree = self._tree
            first = max(tree.left[token], token - _WIDEST)
            named = any(tree.kind[first : token + 1]) or any(
                word[:1].isupper() for word in tree.word[first + 1 : token + 1]
            )
            self._named[token] = named
        return named


def _verbs(tree: Tree) -> list[bool]:
    """Return for each token whether it heads a clause."""
    found = [False] * len(tree)
    for token, dep in enumerate(tree.dep):
        if dep in _OF_VERBS:
            found[tree.head[token]] = True
        if dep in _CLAUSES or (dep == "dobj" and tree.dep[tree.head[token]] in _CLAUSE):
            found[token if dep in _CLAUSES else tree.head[token]] = True
    for token, dep in enumerate(tree.dep):
        if dep == "conj" and found[tree.head[token]]:
            found[token] = True
    return found
