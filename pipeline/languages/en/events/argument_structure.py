"""Who may take part in an event: the noun phrases around a predicate, and how each was reached.

The parse names subjects and objects; what it leaves implicit is filled in here: passives, control ("agreed to send"),
participles ("troops sent by"), relative clauses, conjunctions, and nouns that name events themselves ("the killing of",
"talks between"), with the participants of a verb that governs them ("launched an attack on").
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from pipeline.languages.en.calendar_names import MONTHS, WEEKDAYS
from pipeline.languages.en.events.story_words import StoryWords
from pipeline.reading.tree import Tree

_OBJECTS = frozenset("dobj dative attr oprd pobj appos".split())
_BELOW = frozenset("xcomp ccomp pcomp acl relcl advcl acomp".split())
_CLAUSAL = frozenset("ccomp pcomp xcomp advcl".split())
_SUBJECTS = ("nsubj", "csubj")
_SUBORDINATORS = frozenset(
    "if unless when whenever after before because as once until till while whilst since although though whereas"
    " should".split()
)
"""Words that begin an adverbial clause with a subject of its own: "if Iran attacks", "should Iran attack"."""
_BEGIN = {"advcl": ("mark", "advmod", "aux"), "dobj": ("mark",)}
"""How such a word depends on the clause, which the parser may take for an object."""
_UNTIL = frozenset(("until", "till", "unless"))
"""Words before what is demanded of somebody, who is then concerned: "will not lift the embargo until Cuba reforms"."""
_RELATIVES = frozenset("who which that whom".split())
_GROUPS = ("", "ORG", "GPE", "NORP")
_SPEAKERS = {**dict.fromkeys(("he", "she", "i"), ("", "PERSON")), "it": _GROUPS, "they": _GROUPS,
             "we": (*_GROUPS, "PERSON")}  # fmt: skip
"""Whom a pronoun may mean in what somebody says, by the recogniser's label."""
_NOUN_DEPS = frozenset("nsubj nsubjpass dobj pobj dative attr appos conj poss oprd".split())
_NOMINAL_DEPS = _NOUN_DEPS | {"ROOT"}
_GOVERNED = frozenset("dobj pobj nsubj nsubjpass attr".split())
"""How a noun for an event may depend on a verb whose participants are its own."""
_INNER = frozenset("poss compound amod nmod".split())
_TIMES = frozenset(
    "today tomorrow yesterday tonight day days week weeks month months year years hour hours minute minutes morning"
    " afternoon evening night weekend time times percent".split()
) | (WEEKDAYS | MONTHS) - {"may"}
_WHERE = frozenset("in near at across outside inside around off along".split())
_WHEN = frozenset("during after before since until amid within without despite because".split())
_PLACES = frozenset(("GPE", "LOC", "FAC"))
_DEPTH = 4
"""How many steps below a predicate an argument may be."""
_NOMINAL_DEPTH = 2
_MOST_CONJUNCTS = 12
_PARTS = frozenset(("amod", "compound", "nmod"))
_MOST_ARGUMENTS = 14
_SHORTEST = 2
_OBJECT_CONTROL_EXEMPT = frozenset("promise promised promises vow vowed threaten threatened".split())


class Argument(NamedTuple):
    """The head of a noun phrase, and how it was reached: a letter for its side, and relations.

    The sides of a verb are "S" (subject), "A" (agent of a passive), "P" (patient: subject of a passive) and "C"
    (complement); of a noun "N" (its own dependents), and those of the verb that governs it with "L" before them.
    """

    token: int
    path: str


def is_predicate(tree: Tree, token: int, words: StoryWords) -> bool:
    """Return whether a token may name an event: a verb, or a noun for something that happens."""
    word = tree.word[token]
    if not word[:1].isalpha() or len(word) < _SHORTEST:
        return False
    if words.is_verb(token):
        return tree.dep[token] not in ("aux", "auxpass")
    return tree.dep[token] in _NOMINAL_DEPS and not tree.kind[token] and words.may_happen(token)


def arguments(tree: Tree, predicate: int, words: StoryWords) -> list[Argument]:
    """Return the noun phrases that may take part in an event, each once, the nearest first."""
    found: dict[int, Argument] = {}
    sides = _of_verb(tree, predicate, words) if words.is_verb(predicate) else _of_noun(tree, predicate, words)
    for each in sides:
        if each.token != predicate and not _is_no_participant(tree, each.token):
            found.setdefault(each.token, each)
    # Of "the Turkish delegation" the whole takes part.
    parts = {token for token in found if tree.dep[token] in _PARTS and tree.head[token] in found}
    whole = (each for each in found.values() if each.token not in parts)
    return list(islice(whole, _MOST_ARGUMENTS))


def _is_no_participant(tree: Tree, token: int) -> bool:
    """Return whether a noun is a time or a bare number, or says where or when: "near Lima", "after the vote"."""
    if tree.lower[token] in _TIMES or tree.word[token][:1].isdigit():
        return True
    before = tree.lower[tree.head[token]] if tree.dep[token] == "pobj" else ""
    return before in _WHEN or (before in _WHERE and tree.kind[token] in _PLACES)


def _is_inner(tree: Tree, token: int) -> bool:
    """Return whether a noun's modifier may act: a possessor, or a name as in "US troops"."""
    if tree.dep[token] == "poss":
        return True
    kind = tree.kind[token]
    is_name = kind != "" or tree.word[token][:1].isupper()
    return tree.dep[token] in _INNER and is_name and (kind == "" or kind != tree.kind[tree.head[token]])


def _of_verb(tree: Tree, verb: int, words: StoryWords) -> Iterator[Argument]:
    if is_passive(tree, verb):
        yield from _on_side("A", agents(tree, verb))
        yield from _on_side("P", patient_subjects(tree, verb, words))
    else:
        yield from _on_side("S", subjects(tree, verb, words))
    yield from _on_side("C", complements(tree, verb))


def _of_noun(tree: Tree, noun: int, words: StoryWords) -> Iterator[Argument]:
    """Yield the participants of a noun: "the US attack on", "the killing of … by", "talks between"."""
    yield from (Argument(child, f"N:{tree.dep[child]}") for child in tree.children[noun] if _is_inner(tree, child))
    yield from _on_side("N", _below(tree, noun, "", _NOMINAL_DEPTH))
    via, verb = tree.dep[noun], tree.head[noun]
    if via == "pobj":
        via, verb = f"pobj_{tree.lower[verb]}", tree.head[verb]
    if verb == noun or not words.is_verb(verb) or tree.dep[noun] not in _GOVERNED:
        return
    if is_passive(tree, verb):
        yield from _on_side(f"LP:{via}", patient_subjects(tree, verb, words))
        yield from _on_side(f"LA:{via}", agents(tree, verb))
    else:
        yield from _on_side(f"LS:{via}", subjects(tree, verb, words))
    for child in tree.children[verb]:
        if tree.dep[child] in ("dobj", "dative"):
            yield Argument(child, f"LO:{via}:{tree.dep[child]}")
        elif tree.dep[child] == "prep":
            below = (each for each in tree.children[child] if tree.dep[each] == "pobj")
            yield from (Argument(each, f"LX:{via}:{tree.lower[child]}") for each in below)


def _on_side(side: str, found: Iterable[Argument]) -> Iterator[Argument]:
    return (each._replace(path=f"{side}:{each.path}") for each in found)


def is_passive(tree: Tree, verb: int) -> bool:
    """Return whether a verb is passive: "was arrested", "troops sent by"."""
    if any(tree.dep[child] in ("nsubjpass", "auxpass", "agent") for child in tree.children[verb]):
        return True
    if is_subordinate(tree, verb) and own_subject(tree, verb) is None and not _has_to(tree, verb):
        # "if attacked", "when asked"
        return not tree.lower[verb].endswith(("ing", "s"))
    return tree.dep[verb] == "acl" and not tree.lower[verb].endswith("ing") and not _has_to(tree, verb)


def is_subordinate(tree: Tree, verb: int) -> bool:
    """Return whether a verb heads an adverbial clause with a conjunction: "if Iran attacks"."""
    begins = _BEGIN.get(tree.dep[verb], ())
    return any(tree.dep[child] in begins and tree.lower[child] in _SUBORDINATORS for child in tree.children[verb])


def own_subject(tree: Tree, verb: int) -> int | None:
    """Return the subject that a verb's own clause names.

    In short clauses the parser takes the verb for a noun with a name before it: "if Iran attacks".
    """
    found = tree.child(verb, *_SUBJECTS, "nsubjpass")
    return tree.child(verb, "compound") if found is None and is_subordinate(tree, verb) else found


def _has_to(tree: Tree, verb: int) -> bool:
    return any(tree.dep[child] == "aux" and tree.lower[child] == "to" for child in tree.children[verb])


def agents(tree: Tree, verb: int) -> Iterator[Argument]:
    """Yield who does what a passive verb says: the object of "by"."""
    for child in tree.children[verb]:
        if tree.dep[child] == "agent" or (tree.dep[child] == "prep" and tree.lower[child] == "by"):
            for grandchild in tree.children[child]:
                if tree.dep[grandchild] == "pobj":
                    yield Argument(grandchild, "agent")


def patient_subjects(tree: Tree, verb: int, words: StoryWords, depth: int = 0) -> Iterator[Argument]:
    """Yield whom a passive verb concerns: its subject, or the noun that it modifies."""
    found = [child for child in tree.children[verb] if tree.dep[child] == "nsubjpass"]
    if found:
        yield from (Argument(_antecedent(tree, child), "nsubjpass") for child in found)
    elif tree.dep[verb] == "acl":
        yield Argument(tree.head[verb], "acl")
    elif tree.dep[verb] in ("conj", "xcomp", "advcl") and tree.head[verb] != verb and depth < _DEPTH:
        head = tree.head[verb]
        over = patient_subjects if is_passive(tree, head) else subjects
        above = over(tree, head, words, depth + 1)
        yield from (each._replace(path=f"{tree.dep[verb]}<{each.path}") for each in above)


def subjects(tree: Tree, verb: int, words: StoryWords, depth: int = 0) -> Iterator[Argument]:
    """Yield who acts, where the clause says so itself or shares its subject with the one above."""
    below = is_subordinate(tree, verb)
    own = (*_SUBJECTS, "compound") if below else _SUBJECTS
    found = [child for child in tree.children[verb] if tree.dep[child] in own]
    if found or (below and not tree.lower[verb].endswith("ing")):
        # What a clause says of its subject is not said in one below it that has its own.
        yield from (_own_subject(tree, verb, child) for child in found)
        return
    dep, head = tree.dep[verb], tree.head[verb]
    if head == verb or depth >= _DEPTH:
        return
    if dep in ("acl", "relcl"):
        yield Argument(head, dep)
        return
    if dep == "pcomp":
        dep, head = f"pcomp_{tree.lower[head]}", tree.head[head]
    if dep == "xcomp" or dep.startswith("pcomp"):
        governed = tree.child(head, "dobj", "dative")
        if governed is not None and tree.lower[head] not in _OBJECT_CONTROL_EXEMPT and governed < verb:
            yield Argument(governed, f"{dep}<dobj")
        if is_passive(tree, head):
            yield from (
                each._replace(path=f"{dep}<{each.path}") for each in patient_subjects(tree, head, words, depth + 1)
            )
            return
    if not words.is_verb(head):
        if tree.dep[head] in _NOUN_DEPS:
            yield from (
                Argument(child, f"{dep}<{tree.dep[child]}")
                for child in tree.children[head]
                if tree.dep[child] == "poss"
            )
            yield from (
                each._replace(path=f"{dep}<noun<{each.path}")
                for each in (
                    subjects(tree, tree.head[head], words, depth + 1) if words.is_verb(tree.head[head]) else ()
                )
            )
        return
    yield from (each._replace(path=f"{dep}<{each.path}") for each in subjects(tree, head, words, depth + 1))


def _own_subject(tree: Tree, verb: int, subject: int) -> Argument:
    """Return a verb's subject; of a pronoun in what somebody says, that somebody: "the army said it had attacked"."""
    pronoun = tree.lower[subject]
    if pronoun in _SPEAKERS and tree.dep[verb] == "ccomp":
        speaker = tree.child(tree.head[verb], "nsubj")
        if speaker is not None and tree.kind[speaker] in _SPEAKERS[pronoun]:
            return Argument(_antecedent(tree, speaker), "ccomp<nsubj")
    return Argument(_antecedent(tree, subject), "nsubj")


def _antecedent(tree: Tree, token: int) -> int:
    """Return the noun that a relative pronoun stands for."""
    if tree.lower[token] in _RELATIVES:
        for above in tree.ancestors(token):
            if tree.dep[above] == "relcl":
                return tree.head[above]
    return token


def complements(tree: Tree, verb: int) -> Iterator[Argument]:
    """Yield the noun phrases below a verb, and the noun that a relative clause takes as its object."""
    yield from _below(tree, verb, "", _DEPTH)
    if tree.dep[verb] == "relcl" and tree.child(verb, *_SUBJECTS) is not None and tree.child(verb, "dobj") is None:
        yield Argument(tree.head[verb], "relcl")


def _below(tree: Tree, token: int, path: str, depth: int) -> Iterator[Argument]:
    if depth == 0:
        return
    for child in tree.children[token]:
        dep = tree.dep[child]
        if _is_no_participant(tree, child):
            continue
        if dep == "prep" or (dep == "dative" and tree.child(child, "pobj") is not None):
            # A preposition is no step of its own, unless it hangs on another one.
            step = tree.dep[token] == "prep"
            yield from _below(tree, child, f"{path}prep_{tree.lower[child]}>", depth - step)
        elif is_subordinate(tree, child) and own_subject(tree, child) is not None:
            if depth > 1 and any(tree.lower[word] in _UNTIL for word in tree.children[child]):
                yield from _subject_below(tree, child, f"{path}{dep}>", depth)
        elif dep in _OBJECTS or (path and _is_inner(tree, child)):
            name = path[:-1] if dep == "pobj" and path.endswith(">") else f"{path}{dep}"
            yield Argument(child, name)
            yield from _below(tree, child, f"{name}>", depth - 1)
        elif dep in _BELOW and depth > 1:
            if dep in _CLAUSAL:
                yield from _subject_below(tree, child, f"{path}{dep}>", depth)
            yield from _below(tree, child, f"{path}{dep}>", depth - 1)


def _subject_below(tree: Tree, verb: int, path: str, depth: int) -> Iterator[Argument]:
    """Yield the subject of a clause below: "demanded that the minister apologise"."""
    for subject in tree.children[verb]:
        if tree.dep[subject] in ("nsubj", "nsubjpass"):
            name = f"{path}{tree.dep[subject]}"
            yield Argument(subject, name)
            yield from _below(tree, subject, f"{name}>", depth - 2)


def conjuncts(tree: Tree, token: int) -> list[int]:
    """Return the other members of a conjunction that begins with ``token``."""
    found: list[int] = []
    last = token
    while len(found) < _MOST_CONJUNCTS:
        following = tree.child(last, "conj")
        if following is None:
            return found
        found.append(following)
        last = following
    return found
