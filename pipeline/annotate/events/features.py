"""Features of a possible event: of its predicate, of its actor, of its recipient, and of the pair.

All are strings, with a weight for each type and one for being an event at all; scores add up, so those of a predicate
are summed once for all of its pairs. Words count by lemma, by cluster, by vector and by what PLOVER's codebook says
of them (``lexicon``).
"""

from typing import NamedTuple

from pipeline.annotate.events.argument_structure import Argument, is_passive, is_verb
from pipeline.annotate.events.lexicon import OPERATOR_TYPES, OPERATORS, SUGGESTED
from pipeline.annotate.events.word_classes import Word, WordClasses
from pipeline.annotate.tree import Tree

_COMPLEMENTS = frozenset("dobj attr acomp xcomp ccomp oprd".split())
_GOVERNED = frozenset("xcomp pcomp acomp".split())
_MODIFIERS = frozenset("compound amod nmod".split())
_PRONOUNS = frozenset("he she it they i we you him her them us me who which that this these those".split())
_STOP = frozenset(
    "the a an of in on at to and or for with by from that this his her its their as is was were are be been has have"
    " had it he she they which who will would not 's".split()
)
_BEFORE, _AFTER = 25, 30
"""How many tokens around a predicate count as its clause."""
_GOVERNORS = 3


class Slot(NamedTuple):
    """The rows of the words whose mean vector is one group of features."""

    name: str
    rows: tuple[int, ...]


class Features(NamedTuple):
    """Features by name, and those of word vectors."""

    names: list[str]
    slots: tuple[Slot, ...]


class FeatureExtractor:
    """Reads the features of one parsed story."""

    def __init__(self, tree: Tree, words: WordClasses) -> None:
        """Look up each token's word once."""
        self.tree = tree
        self._verbal = [is_verb(tree, token) for token in range(len(tree))]
        self._words = [
            words.word(form, is_verb=verbal) for form, verbal in zip(tree.lower, self._verbal, strict=True)
        ]

    def word(self, token: int) -> Word:
        """Return what is known of a token's word."""
        return self._words[token]

    def is_verb(self, token: int) -> bool:
        """Return whether a token heads a clause."""
        return self._verbal[token]

    def governors(self, predicate: int) -> list[int]:
        """Return the verbs that a predicate completes: "agreed" over "to send", nearest first."""
        tree, found, token = self.tree, [], predicate
        while tree.dep[token] in _GOVERNED and tree.head[token] != token and len(found) < _GOVERNORS:
            token = tree.head[token]
            found.append(token)
        return found

    def of_predicate(self, predicate: int) -> Features:
        """Return the features of a predicate, whatever its arguments."""
        tree, words = self.tree, self._words
        word = words[predicate]
        lemma = word.lemma
        names = [f"P:{lemma}", f"P:{word.coarse}", f"P:{word.fine}", f"P:{word.wordnet}"]
        names.append("verbal" if self._verbal[predicate] else "nominal")
        names.append(f"dep:{tree.dep[predicate]}{self._verbal[predicate]}")
        names.append(f"height:{min(6, sum(1 for _ in tree.ancestors(predicate)))}")
        if is_passive(tree, predicate):
            names.append("passive")
        suggested = SUGGESTED.get(lemma, ())
        names += [f"LP:{each}" for each in suggested]
        names.append(f"LP:{bool(suggested)}")
        governors = [words[token] for token in self.governors(predicate)]
        operators: set[str] = set()
        negated = future = False
        objects: list[Word] = []
        for child in tree.children[predicate]:
            dep, form = tree.dep[child], tree.lower[child]
            if dep in _COMPLEMENTS:
                objects.append(words[child])
                names.append(f"K{dep}:{words[child].lemma}")
            elif dep == "prt":
                names.append(f"P:{lemma}_{form}")
            elif dep == "neg":
                negated = True
                names.append("neg")
            elif dep == "aux":
                names.append(f"aux:{form}")
                operators.update(OPERATORS.get(form, ()))
                future |= form in ("will", "would")
            elif dep == "prep":
                names.append(f"P:{lemma}_{form}")
                for grandchild in tree.children[child]:
                    if tree.dep[grandchild] == "pobj":
                        below = words[grandchild]
                        names += [f"KP:{form}_{below.lemma}", f"KP:{below.coarse}", f"KP:{below.fine}"]
                        names += [f"LK:{each}" for each in SUGGESTED.get(below.lemma, ())]
        for governor in governors:
            operators.update(OPERATORS.get(governor.lemma, ()))
            names += [f"G:{governor.lemma}", f"G:{governor.coarse}", f"G:{governor.fine}",
                      f"G:{governor.coarse}>{word.coarse}"]  # fmt: skip
            above = SUGGESTED.get(governor.lemma, ())
            names += [f"LG:{each}" for each in above]
            names += [f"LG:{one}>{two}" for one in above for two in suggested]
        if negated:
            operators.add("NEG")
            names += [f"neg>{each}" for each in suggested]
        if future:
            names += [f"{'not ' * negated}will>{each}" for each in suggested]
        for operator in operators:
            names += [f"O:{operator}", f"O:{operator}>{word.coarse}"]
        names.append("O:" + "+".join(sorted(operators)))
        own = OPERATORS.get(lemma, ())
        names += [f"OP:{each}" for each in own]
        for each in objects:
            names += self._below("K", word, suggested, each, operators)
        clause = self._clause(predicate)
        for each in clause:
            names += [f"W:{each.lemma}", f"W:{each.coarse}", f"W:{each.fine}"]
            names += [f"LW:{one}" for one in SUGGESTED.get(each.lemma, ())]
            names += [f"OW:{one}" for one in OPERATORS.get(each.lemma, ())]
        slots = (
            Slot("predicate", (word.row,)),
            Slot("governor", tuple(each.row for each in governors[:1])),
            Slot("objects", tuple(each.row for each in objects)),
            Slot("clause", tuple(each.row for each in clause)),
        )
        return Features(list(dict.fromkeys(names)), slots)

    def _below(
        self, kind: str, word: Word, suggested: tuple[str, ...], each: Word, operators: set[str] | None = None
    ) -> list[str]:
        below = SUGGESTED.get(each.lemma, ())
        names = [f"{kind}:{each.lemma}", f"{kind}:{each.coarse}", f"{kind}:{each.fine}",
                 f"{kind}:{word.coarse}>{each.coarse}", f"{kind}:{word.lemma}>{each.coarse}",
                 f"{kind}:{word.lemma}>{each.lemma}"]  # fmt: skip
        names += [f"L{kind}:{one}" for one in below]
        names += [f"L{kind}:{one}>{two}" for one in suggested or ("-",) for two in below or ("-",)]
        names += [f"O{kind}:{operator}" for operator in OPERATORS.get(each.lemma, ())]
        names += [f"O{kind}:{operator}>{each.coarse}" for operator in operators or ()]
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
        names = [f"{side}P:{argument.path}", f"{side}:{word.lemma}", f"{side}S:{sort}", f"{side}S:{sort}|{argument.path}"]
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
        """Return the features that need the predicate and both of its arguments."""
        word = self._words[predicate]
        last = recipient.path.rsplit(">", 1)[-1]
        names = [
            f"PR:{word.lemma}|{last}",
            f"AR:{actor.path}|{recipient.path}",
            f"ARS:{self.sort(actor.token)}|{self.sort(recipient.token)}",
            f"dR:{min(6, abs(recipient.token - predicate) // 3)}",
            f"dA:{min(6, abs(actor.token - predicate) // 3)}",
            f"dAR:{min(8, abs(actor.token - recipient.token) // 3)}",
            f"depth:{len(recipient.through)}",
        ]
        suggested = SUGGESTED.get(word.lemma, ())
        through = [self._words[token] for token in recipient.through]
        for each in through:
            names += self._below("M", word, suggested, each)
        known = [bool(SUGGESTED.get(each.lemma)) for each in through]
        names.append(f"LPM:{bool(suggested)}{any(known)}{len(through)}")
        names.append(f"LP:{bool(suggested)}|{recipient.path}")
        if through:
            names += [f"Mlast:{through[-1].lemma}|{last}", f"LMlast:{known[-1]}|{last}"]
        return Features(names, (Slot("through", tuple(each.row for each in through)),))

    def sort(self, token: int) -> str:
        """Return what a noun phrase names: the recogniser's label, or WordNet's class of its head."""
        return self.tree.kind[token] or self._words[token].wordnet

    def is_named(self, token: int) -> bool:
        """Return whether a noun phrase contains a name."""
        return any(self.tree.kind[self.tree.left[token] : token + 1])
