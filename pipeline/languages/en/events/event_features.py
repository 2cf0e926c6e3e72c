"""What the models of events see: features of a predicate, of its type, of each argument, and of what was decided.

Words count by lemma, by cluster, by vector, by WordNet's class, and by the types that they suggest (``event_types``).
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.annotations import EVENT_TYPES
from pipeline.languages.en.events.argument_structure import Argument
from pipeline.languages.en.events.event_status import Status
from pipeline.languages.en.events.event_types import AROUND, NAMED_BY, counted
from pipeline.languages.en.events.story_words import StoryWords
from pipeline.languages.en.log_linear import Features, Scores
from pipeline.reading.tree import Tree

_COMPLEMENTS = frozenset("dobj attr acomp xcomp".split())
_OBJECTS = frozenset("dobj attr oprd nsubjpass".split())
_CHILDREN = frozenset("xcomp ccomp neg dobj acomp attr agent nsubjpass nsubj advcl prt npadvmod".split())
_LEADS = (150, 300, 700)
"""How many characters from the beginning tell what a story is about."""
_MOST_SENTENCES, _MOST_NAMED, _DEEPEST = 8, 3, 2
_BEFORE, _AFTER, _LONG = 25, 30, 4
"""How many tokens around a predicate count as its clause, and how many letters a word of it has."""
SUGGESTIONS = 7
"""How many suggestions speak for a type: see ``suggestions``."""


def context(tree: Tree) -> NDArray[np.int64]:
    """Return the tokens whose rows of the encoder count for each token: itself, its head, and those beside it."""
    own = np.arange(len(tree))
    return np.stack([own, np.array(tree.head, np.int64), np.maximum(own - 1, 0), np.minimum(own + 1, len(tree) - 1)])


class EventFeatures:
    """Reads the features of one story."""

    def __init__(self, tree: Tree, words: StoryWords) -> None:
        """Take the parse and its words."""
        self._tree, self._words = tree, words
        self._beside: dict[int, Scores] = {}

    @cached_property
    def _topics(self) -> list[float]:
        """How much the story is one that tells of each type, whatever its length."""
        usual = 0.7 * math.log1p(len(self._tree) / 25)
        return [math.log1p(count) - usual for count in counted(Counter(self._tree.lower).items())]

    @cached_property
    def _first_topics(self) -> tuple[int, ...]:
        """The two types that the story most tells of."""
        ranked = sorted(range(len(EVENT_TYPES)), key=lambda kind: -self._topics[kind])
        return tuple(ranked[:2])

    def of_event(self, token: int, status: Status, quoted: str | None) -> Features:
        """Return the features that tell whether a predicate names an event; ``quoted`` is the kind of its quote."""
        tree, words = self._tree, self._words
        word, head = words.word(token), tree.head[token]
        above, dep, is_verb = words.word(head), tree.dep[token], words.is_verb(token)
        kinds = NAMED_BY.get(word.lemma, ())
        names = [
            f"P:{word.lemma}", f"PF:{word.fine}", f"PW:{word.wordnet}", f"dep:{dep}{is_verb}", f"status:{status}",
            f"sentence:{min(tree.sentence[token], _MOST_SENTENCES)}", f"quote:{quoted}",
            f"named by:{min(len(kinds), _MOST_NAMED)}", f"topic:{EVENT_TYPES[self._first_topics[0]]}",
            f"on topic:{not set(kinds).isdisjoint(self._first_topics)}",
            *(f"lead:{limit}" for limit in _LEADS if tree.start[token] < limit),
        ]  # fmt: skip
        if head != token:
            names += [f"H:{above.lemma}", f"HC:{above.coarse}|{dep}"]
        names += self._below_verb(token) if is_verb else self._below_noun(token)
        names += [f"G:{words.word(each).lemma}" for each in words.governors(token)[:1]]
        return Features(list(dict.fromkeys(names)), self._vectors(token))

    def _vectors(self, token: int) -> dict[str, tuple[int, ...]]:
        tree, words = self._tree, self._words
        below = (each for each in tree.children[token] if tree.dep[each] in ("dobj", "nsubjpass", "pobj"))
        return {"predicate": (words.word(token).row,), "objects": tuple(words.word(each).row for each in below)}

    def _below_verb(self, verb: int) -> list[str]:
        tree, words = self._tree, self._words
        lemma = words.word(verb).lemma
        names = []
        for child in tree.children[verb]:
            dep = tree.dep[child]
            if dep in _CHILDREN:
                names.append(f"child:{dep}")
            if dep in ("aux", "auxpass"):
                names.append(f"aux:{tree.lower[child]}")
            elif dep in ("prt", "prep"):
                names.append(f"P:{lemma}_{tree.lower[child]}")
            elif dep in _COMPLEMENTS:
                names.append(f"O:{words.word(child).lemma}")
        return names

    def _below_noun(self, noun: int) -> list[str]:
        tree = self._tree
        names = []
        for child in tree.children[noun]:
            dep = tree.dep[child]
            names.append(f"below:{dep}")
            if dep in ("det", "poss", "amod"):
                names.append(f"det:{tree.lower[child]}")
            elif dep == "prep":
                names.append(f"of:{tree.lower[child]}")
        return names

    def _governed(self, token: int) -> set[str]:
        """Return the lemmas of what a predicate governs: its object, and that of its preposition.

        A noun has those of all that hangs on it, and the verb that governs it: "lifted the sanctions on".
        """
        tree, words = self._tree, self._words
        below = [each for each in tree.children[token] if not words.is_verb(token) or tree.dep[each] in _OBJECTS]
        preps = (each for each in tree.children[token] if tree.dep[each] == "prep")
        if not words.is_verb(token) and words.is_verb(tree.head[token]):
            below.append(tree.head[token])
        return {words.word(each).lemma for each in (*below, *(noun for prep in preps for noun in tree.children[prep]))}

    def of_type(self, token: int, arguments: Sequence[Argument], status: Status) -> Features:
        """Return the features that tell of which type an event is."""
        words = self._words
        word = words.word(token)
        objects = sorted(self._governed(token))
        names = [
            f"P:{word.lemma}", f"PC:{word.coarse}", f"PF:{word.fine}", f"PW:{word.wordnet}", f"status:{status}",
            *(f"O:{each}" for each in objects), *(f"PO:{word.lemma}|{each}" for each in objects),
            *(f"G:{words.word(each).lemma}" for each in words.governors(token)),
            *(f"GC:{words.word(each).coarse}" for each in words.governors(token)),
            *(self._below_verb(token) if words.is_verb(token) else self._below_noun(token)),
        ]  # fmt: skip
        names += [
            f"as:{each.path[0]}:{words.sort(each.token)}"
            for each in arguments
            if each.path[0] in "SAP" or each.path == "C:dobj"
        ]
        above = tuple(words.word(each).row for each in words.governors(token)[:1])
        slots = {**self._vectors(token), "governor": above, "clause": self._clause(token)}
        return Features(list(dict.fromkeys(names)), slots)

    def _clause(self, token: int) -> tuple[int, ...]:
        """Return the rows of the words of a predicate's clause that are no names."""
        tree, words = self._tree, self._words
        first, last = max(tree.left[token], token - _BEFORE), min(tree.right[token] + 1, token + _AFTER)
        own = (each for each in range(first, last) if not tree.kind[each] and len(tree.word[each]) >= _LONG)
        return tuple(words.word(each).row for each in own)

    def _near(self, sentence: int) -> Scores:
        """Return for each type the logarithm of how many of its words stand in a sentence and the two beside it."""
        found = self._beside.get(sentence)
        if found is None:
            around = self._tree.sentences[max(0, sentence - 1) : sentence + 2]
            words = Counter(self._tree.lower[around[0][0] : around[-1][1]])
            found = self._beside[sentence] = np.log1p(counted(words.items())).astype(np.float32)
        return found

    def suggestions(self, token: int, arguments: Sequence[Argument]) -> Scores:
        """Return what speaks for each type, a row each; the model learned one weight for each column.

        The columns: the predicate names the type; what it governs does; a word beside it stands in such stories; the
        logarithm of such words nearby, and in the story; the predicate names it among few; who or
        what acts names it, or stands in such stories.
        """
        tree, words = self._tree, self._words
        lemma, sentence = words.word(token).lemma, tree.sentence[token]
        beside = {words.word(each).lemma for each in (*tree.children[token], tree.head[token])}
        found: Scores = np.zeros((len(EVENT_TYPES), SUGGESTIONS), dtype=np.float32)
        kinds = NAMED_BY.get(lemma, ())
        found[list(kinds), 0] = 1
        found[[kind for each in self._governed(token) - {lemma} for kind in NAMED_BY.get(each, ())], 1] = 1
        found[:, 2] = np.minimum(counted((each, 1) for each in beside), 1)
        found[:, 3] = self._near(sentence)
        found[:, 4] = self._topics
        found[list(kinds), 5] = 1 / max(1, len(kinds))
        for each in arguments:
            if each.path[0] in "SA":
                acting = (*NAMED_BY.get(words.word(each.token).lemma, ()), *AROUND.get(tree.lower[each.token], ()))
                found[list(acting), 6] = 1
        return found

    def of_role(
        self, token: int, arguments: Sequence[Argument], number: int, kind: str, status: Status, *, has_entity: bool
    ) -> Features:
        """Return the features that tell whether an argument acts or is acted on, in an event of this type."""
        tree, words = self._tree, self._words
        argument = arguments[number]
        head, path = argument.token, argument.path
        side, word, own = path.partition(":")[0], words.word(token), words.word(head)
        if path.count(">") >= _DEEPEST:
            path = f"{side}:deep:{path.rpartition('>')[2]}"
        sort, is_named = words.sort(head), words.is_named(head)
        acts = any(each.path[0] in "SA" for each in arguments)
        is_acted_on = any(each.path == "C:dobj" or each.path[0] == "P" for each in arguments)
        pronoun = tree.lower[head] if words.is_pronoun(head) or tree.lower[head] in ("this", "that", "which") else ""
        names = [
            f"p:{path}", f"k:{side}", f"ps:{path}|{sort}", f"s:{sort}", f"n:{is_named}",
            f"kn:{side}{is_named}{has_entity}", f"e:{has_entity}", f"pl:{path}|{word.lemma}",
            f"pc:{path}|{word.coarse}", f"pf:{path}|{word.fine}", f"kw:{side}|{word.wordnet}",
            f"kt:{side}|{kind}", f"pt:{path}|{kind}",
            f"al:{own.lemma}", f"ac:{own.coarse}", f"aw:{side}|{own.wordnet}", f"d:{argument.path.count('>')}",
            f"ks:{side}|{acts}", f"ko:{side}|{is_acted_on}", f"first:{side}|{number == 0}", f"pron:{pronoun}",
            f"st:{side}|{status}", f"v:{side}{words.is_verb(token)}",
            *(f"g:{path}|{words.word(each).lemma}" for each in words.governors(token)[:1]),
        ]  # fmt: skip
        return Features(names)
