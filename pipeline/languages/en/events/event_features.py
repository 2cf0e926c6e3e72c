"""Features of a possible event: of its predicate, of its actor, of its recipient, and of the pair.

All are strings, with a weight for each type and one for being an event at all; scores add up, so those of a predicate
are summed once for all of its pairs. Words count by lemma, by cluster, by vector and by what PLOVER's codebook says
of them (``plover``).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.languages.en.events.argument_structure import Argument, is_passive, verbs
from pipeline.languages.en.events.plover import OPERATOR_TYPES, OPERATORS, RECIPROCAL, SUGGESTED
from pipeline.languages.en.events.word_classes import Word, WordClasses
from pipeline.reading.tree import Tree

_COMPLEMENTS = frozenset("dobj attr acomp xcomp ccomp oprd".split())
_GOVERNED = frozenset("xcomp pcomp acomp".split())
_MODIFIERS = frozenset("compound amod nmod".split())
_PRONOUNS = frozenset("he she it they i we you him her them us me who which that this these those".split())
_WILL = frozenset(("will", "would"))
_PERSONAL = {**dict.fromkeys("he she they we him her them us who whom".split(), "noun.person"), "it": "noun.group"}
"""Pronouns for somebody, with the class of what they stand for."""
_PEOPLE = frozenset(("noun.person", "noun.group"))
_HAPPENINGS = frozenset(f"noun.{each}" for each in "act event communication phenomenon process state".split())
_NO_AGENTS = frozenset(
    f"noun.{each}"
    for each in "time quantity cognition feeling motive relation shape substance plant food possession process".split()
)
_STOP = frozenset(
    "the a an of in on at to and or for with by from that this his her its their as is was were are be been has have"
    " had it he she they which who will would not 's".split()
)
_BEFORE, _AFTER = 25, 30
"""How many tokens around a predicate count as its clause."""
_GOVERNORS = 3
_HIGHEST = 6
_WIDEST = 12
"""How many tokens before its head a noun phrase is searched for a name."""


class Slot(NamedTuple):
    """The rows of the words whose mean vector is one group of features."""

    name: str
    rows: tuple[int, ...]


class Features(NamedTuple):
    """Features by name, and those of word vectors."""

    names: list[str]
    slots: tuple[Slot, ...]


class _Words(dict[int, Word]):
    """The words of a story, by token."""

    def __init__(self, tree: Tree, verbal: Sequence[bool], known: WordClasses) -> None:
        super().__init__()
        self._tree, self._verbal, self._classes = tree, verbal, known

    def __missing__(self, token: int) -> Word:
        found = self[token] = self._classes.word(self._tree.lower[token], is_verb=self._verbal[token])
        return found


class FeatureExtractor:
    """Reads the features of one parsed story."""

    def __init__(self, tree: Tree, words: WordClasses) -> None:
        """Look up each token's word once, when it is asked for."""
        self.tree = tree
        self._named: dict[int, bool] = {}
        self._verbal = verbs(tree)
        self._words = _Words(tree, self._verbal, words)

    def word(self, token: int) -> Word:
        """Return what is known of a token's word."""
        return self._words[token]

    def is_verb(self, token: int) -> bool:
        """Return whether a token heads a clause."""
        return self._verbal[token]

    def governors(self, predicate: int) -> list[int]:
        """Return the verbs that a predicate completes: "agreed" over "to send", nearest first."""
        tree, token = self.tree, predicate
        found: list[int] = []
        while tree.dep[token] in _GOVERNED and tree.head[token] != token and len(found) < _GOVERNORS:
            token = tree.head[token]
            found.append(token)
        return found

    def of_predicate(self, predicate: int) -> Features:
        """Return the features of a predicate that tell whether it names an event."""
        tree, word = self.tree, self._words[predicate]
        suggested = SUGGESTED.get(word.lemma, ())
        names = [
            f"P:{word.lemma}",
            f"P:{word.coarse}",
            f"P:{word.fine}",
            f"P:{word.wordnet}",
            f"dep:{tree.dep[predicate]}{self._verbal[predicate]}",
            f"height:{self._height(predicate)}",
            f"LP:{bool(suggested)}",
            *(f"LP:{each}" for each in suggested),
        ]
        for child in tree.children[predicate]:
            dep = tree.dep[child]
            if dep in ("neg", "auxpass"):
                names.append(dep)
            elif dep == "aux":
                names.append(f"aux:{tree.lower[child]}")
            elif dep in _COMPLEMENTS:
                names.append(f"K{dep}:{self._words[child].lemma}")
        return Features(names, (Slot("predicate", (word.row,)),))

    def _height(self, token: int) -> int:
        """Return how many heads are above a token, at most six."""
        tree, height = self.tree, 0
        while tree.head[token] != token and height < _HIGHEST:
            token, height = tree.head[token], height + 1
        return height

    def details_of_predicate(self, predicate: int) -> Features:
        """Return the features of a predicate that tell of which type its event is."""
        tree, words = self.tree, self._words
        word = words[predicate]
        governors = [words[token] for token in self.governors(predicate)]
        children = tree.children[predicate]
        objects = [words[child] for child in children if tree.dep[child] in _COMPLEMENTS]
        auxiliaries = {tree.lower[child] for child in children if tree.dep[child] == "aux"}
        negated = any(tree.dep[child] == "neg" for child in children)
        operators = {
            each
            for form in (*auxiliaries, *(governor.lemma for governor in governors))
            for each in OPERATORS.get(form, ())
        } | ({"NEG"} if negated else set())
        clause = self._clause(predicate)
        names = ["passive"] if is_passive(tree, predicate) else []
        names += self._attached(word, children)
        names += self._operated(word, governors, operators, negated=negated, future=bool(auxiliaries & _WILL))
        for each in objects:
            names += self._below("K", word, each, operators)
        for each in clause:
            names += [f"W:{each.lemma}", f"W:{each.coarse}", f"W:{each.fine}"]
            names += [f"LW:{one}" for one in SUGGESTED.get(each.lemma, ())]
            names += [f"OW:{one}" for one in OPERATORS.get(each.lemma, ())]
        slots = (
            Slot("governor", tuple(each.row for each in governors[:1])),
            Slot("objects", tuple(each.row for each in objects)),
            Slot("clause", tuple(each.row for each in clause)),
        )
        return Features(list(dict.fromkeys(names)), slots)

    def _attached(self, word: Word, children: Iterable[int]) -> Iterator[str]:
        """Yield the particles and prepositions of a predicate: "called off", "called for"."""
        tree = self.tree
        for child in children:
            if tree.dep[child] == "prt":
                yield f"P:{word.lemma}_{tree.lower[child]}"
            elif tree.dep[child] == "prep":
                yield from self._prepositional(word, child)

    def _operated(
        self, word: Word, governors: Iterable[Word], operators: set[str], *, negated: bool, future: bool
    ) -> Iterator[str]:
        """Yield what governs a predicate: "agreed to", "refused to", "will not"."""
        suggested = SUGGESTED.get(word.lemma, ())
        for governor in governors:
            yield from (f"G:{governor.lemma}", f"G:{governor.coarse}", f"G:{governor.fine}")
            yield f"G:{governor.coarse}>{word.coarse}"
            above = SUGGESTED.get(governor.lemma, ())
            yield from (f"LG:{each}" for each in above)
            yield from (f"LG:{one}>{two}" for one in above for two in suggested)
        if negated:
            yield from (f"neg>{each}" for each in suggested)
        if future:
            yield from (f"{'not ' * negated}will>{each}" for each in suggested)
        for operator in operators:
            yield from (f"O:{operator}", f"O:{operator}>{word.coarse}")
        yield "O:" + "+".join(sorted(operators))
        yield from (f"OP:{each}" for each in OPERATORS.get(word.lemma, ()))

    def _prepositional(self, word: Word, preposition: int) -> Iterator[str]:
        tree, form = self.tree, self.tree.lower[preposition]
        yield f"P:{word.lemma}_{form}"
        for child in tree.children[preposition]:
            if tree.dep[child] == "pobj":
                below = self._words[child]
                yield from (f"KP:{form}_{below.lemma}", f"KP:{below.coarse}", f"KP:{below.fine}")
                yield from (f"LK:{each}" for each in SUGGESTED.get(below.lemma, ()))

    def _below(self, kind: str, word: Word, each: Word, operators: Iterable[str] = ()) -> list[str]:
        """Return the features of a word below a predicate: its object ("K"), or one before its recipient ("M")."""
        suggested = SUGGESTED.get(word.lemma, ())
        below = SUGGESTED.get(each.lemma, ())
        names = [f"{kind}:{each.lemma}", f"{kind}:{each.coarse}", f"{kind}:{each.fine}",
                 f"{kind}:{word.coarse}>{each.coarse}", f"{kind}:{word.lemma}>{each.coarse}",
                 f"{kind}:{word.lemma}>{each.lemma}"]  # fmt: skip
        names += [f"L{kind}:{one}" for one in below]
        names += [f"L{kind}:{one}>{two}" for one in suggested or ("-",) for two in below or ("-",)]
        names += [f"O{kind}:{operator}" for operator in OPERATORS.get(each.lemma, ())]
        names += [f"O{kind}:{operator}>{each.coarse}" for operator in operators]
        return names

    def _clause(self, predicate: int) -> list[Word]:
        """Return the words of a predicate's clause that are no names, each once."""
        tree = self.tree
        first = max(tree.left[predicate], predicate - _BEFORE)
        last = min(tree.right[predicate] + 1, predicate + _AFTER)
        found = {
            self._words[token].lemma: self._words[token]
            for token in range(first, last)
            if not tree.kind[token] and tree.lower[token].isalpha() and tree.lower[token] not in _STOP
        }
        return list(found.values())

    def suggested(self, predicate: int, recipient: Argument) -> set[str]:
        """Return the types that the words of an event suggest: its predicate's, its objects', those it depends on."""
        tree = self.tree
        tokens = [predicate, *self.governors(predicate), *recipient.through]
        tokens += [child for child in tree.children[predicate] if tree.dep[child] in _COMPLEMENTS]
        found: set[str] = set()
        for token in tokens:
            found.update(SUGGESTED.get(self._words[token].lemma, ()))
            auxiliaries = (tree.lower[child] for child in tree.children[token] if tree.dep[child] in ("aux", "neg"))
            for word in (self._words[token].lemma, *auxiliaries):
                found.update(OPERATOR_TYPES[each] for each in OPERATORS.get(word, ()) if each in OPERATOR_TYPES)
        return found

    def of_argument(self, side: str, argument: Argument) -> Features:
        """Return the features of an actor (``side`` is "A") or a recipient ("R")."""
        tree = self.tree
        head = argument.token
        word = self._words[head]
        sort = self.sort(head)
        names = [
            f"{side}P:{argument.path}",
            f"{side}:{word.lemma}",
            f"{side}S:{sort}",
            f"{side}S:{sort}|{argument.path}",
        ]
        names.append(f"{side}named:{self.is_named(head)}")
        if tree.lower[head] in _PRONOUNS or tree.dep[head] == "poss":
            names.append(f"{side}pronoun")
        for child in tree.children[head]:
            if tree.dep[child] in _MODIFIERS:
                names.append(f"{side}M:{self._words[child].lemma}")
                names += [f"L{side}:{each}" for each in SUGGESTED.get(self._words[child].lemma, ())]
        names += [f"L{side}:{each}" for each in SUGGESTED.get(word.lemma, ())]
        return Features(names, (Slot(side, (word.row,)),))

    def of_pair(self, predicate: int, actor: Argument, recipient: Argument) -> Features:
        """Return the features of a predicate with both arguments that tell whether they are those of an event."""
        word = self._words[predicate]
        last = recipient.path.rsplit(">", 1)[-1]
        suggests = word.lemma in SUGGESTED
        names = [
            f"PR:{word.lemma}|{last}",
            f"AR:{actor.path}|{recipient.path}",
            f"ARS:{self.sort(actor.token)}|{self.sort(recipient.token)}",
            f"dR:{min(6, abs(recipient.token - predicate) // 3)}",
            f"dA:{min(6, abs(actor.token - predicate) // 3)}",
            f"dAR:{min(8, abs(actor.token - recipient.token) // 3)}",
            f"depth:{len(recipient.through)}",
            f"LP:{suggests}|{recipient.path}",
        ]
        through = [self._words[token] for token in recipient.through]
        if through:
            known = [each.lemma in SUGGESTED for each in through]
            names.append(f"LPM:{suggests}{any(known)}{len(through)}")
            names += [f"Mlast:{through[-1].lemma}|{last}", f"LMlast:{known[-1]}|{last}", f"M:{through[0].lemma}"]
        return Features(names, (Slot("through", tuple(each.row for each in through)),))

    def details_of_pair(self, predicate: int, recipient: Argument) -> Features:
        """Return the features of the words between a predicate and its recipient that tell the type."""
        word = self._words[predicate]
        names = [name for token in recipient.through for name in self._below("M", word, self._words[token])]
        return Features(list(dict.fromkeys(names)), ())

    def may_happen(self, token: int) -> bool:
        """See Participants."""
        word = self._words[token]
        return word.wordnet in _HAPPENINGS or word.lemma in SUGGESTED

    def may_act(self, token: int) -> bool:
        """See Participants."""
        return self.sort(token) not in _NO_AGENTS or self.is_named(token)

    def is_somebody(self, token: int) -> bool:
        """See Participants."""
        return self.is_named(token) or self.tree.lower[token] in _PERSONAL or self.sort(token) in _PEOPLE

    def is_reciprocal(self, verb: int) -> bool:
        """See Participants."""
        words = (verb, *(child for child in self.tree.children[verb] if self.tree.dep[child] in ("dobj", "prep")))
        below = (child for token in words[1:] for child in self.tree.children[token] if self.tree.dep[child] == "pobj")
        return any(self._words[token].lemma in RECIPROCAL for token in (*words, *below))

    def sort(self, token: int) -> str:
        """Return what a noun phrase names: the recogniser's label, or WordNet's class of its head."""
        return self.tree.kind[token] or _PERSONAL.get(self.tree.lower[token]) or self._words[token].wordnet

    def is_named(self, token: int) -> bool:
        """Return whether a noun phrase contains a name."""
        named = self._named.get(token)
        if named is None:
            tree = self.tree
            first = max(tree.left[token], token - _WIDEST)
            named = any(tree.kind[first : token + 1]) or any(
                word[:1].isupper() for word in tree.word[first + 1 : token + 1]
            )
            self._named[token] = named
        return named
