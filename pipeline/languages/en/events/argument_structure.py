"""Who stands in which relation to a predicate: every pair of noun phrases that an event may join.

The parse names subjects and objects; what it leaves implicit is filled in here: passives, control ("agreed to send"),
participles ("troops sent by"), relative clauses, conjunctions, light verbs ("launched an attack on"), and nouns that
name events themselves ("the killing of", "talks between").
"""

from collections.abc import Iterator
from itertools import islice, product
from typing import NamedTuple, Protocol

from pipeline.languages.en.calendar_names import MONTHS, WEEKDAYS
from pipeline.reading.tree import Tree

_CLAUSE = frozenset("ROOT ccomp advcl relcl conj parataxis acl xcomp pcomp csubj csubjpass dep".split())
_CLAUSES = frozenset("xcomp advcl acl pcomp relcl ccomp".split())
_OBJECTS = frozenset("dobj dative attr oprd pobj appos".split())
_BELOW = frozenset("xcomp ccomp pcomp acl relcl advcl acomp".split())
_CLAUSAL = frozenset("ccomp pcomp xcomp advcl".split())
_OF_VERBS = frozenset(("nsubj", "nsubjpass", "agent", "aux", "auxpass"))
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
_INNER = frozenset("poss compound amod nmod".split())
_TIMES = frozenset(
    "today tomorrow yesterday tonight day days week weeks month months year years hour hours minute minutes morning"
    " afternoon evening night weekend time times percent".split()
) | (WEEKDAYS | MONTHS) - {"may"}
_DEPTH = 4
"""How many steps below a predicate an argument may be."""
_TOWARDS = frozenset(("prep_with", "prep_on", "prep_against", "prep_to"))
_MOST_CONJUNCTS = 12
_MOST_PATIENTS = 24
_OBJECT_CONTROL_EXEMPT = frozenset("promise promised promises vow vowed threaten threatened".split())


class Argument(NamedTuple):
    """The head of a noun phrase, and how it was reached: relations and the words in between."""

    token: int
    path: str
    through: tuple[int, ...] = ()


class Pair(NamedTuple):
    """A predicate with a possible actor and a possible recipient."""

    predicate: int
    actor: Argument
    recipient: Argument


class Participants(Protocol):
    """What may be an event, and who may take part in one."""

    def may_happen(self, token: int) -> bool:
        """Return whether a noun may name an event."""
        ...

    def is_verb(self, token: int) -> bool:
        """Return whether a token heads a clause."""
        ...

    def may_act(self, token: int) -> bool:
        """Return whether the noun phrase with this head may be an actor."""
        ...

    def is_somebody(self, token: int) -> bool:
        """Return whether it is a person or a group; an event has one on either side."""
        ...

    def is_reciprocal(self, verb: int) -> bool:
        """Return whether the subjects of a verb act on one another: "Turkey and Russia met"."""
        ...


def pairs(tree: Tree, known: Participants) -> Iterator[Pair]:
    """Yield every pair of arguments of every predicate that an event may join, in the order of the text."""
    for token in range(len(tree)):
        if is_predicate(tree, token, known):
            yield from pairs_of(tree, token, known)


def is_predicate(tree: Tree, token: int, known: Participants) -> bool:
    """Return whether a token may name an event: a verb, or a noun with dependents."""
    is_phrase = tree.dep[token] in _NOMINAL_DEPS and tree.children[token]
    return known.is_verb(token) or bool(is_phrase and known.may_happen(token))


def pairs_of(tree: Tree, token: int, known: Participants) -> Iterator[Pair]:
    """Yield the pairs of arguments of one predicate."""
    found = _verbal(tree, token, known) if known.is_verb(token) else _nominal(tree, token)
    for actor, recipient in found:
        one, other = actor.token, recipient.token
        if one != other and known.may_act(one) and (known.is_somebody(one) or known.is_somebody(other)):
            yield Pair(token, actor, recipient)


def _is_no_participant(tree: Tree, token: int) -> bool:
    """Return whether a noun is a time or a bare number."""
    return tree.lower[token] in _TIMES or tree.word[token][:1].isdigit()


def _is_inner(tree: Tree, token: int) -> bool:
    """Return whether a noun's modifier may act: a possessor, or a name as in "US troops"."""
    if tree.dep[token] == "poss":
        return True
    kind = tree.kind[token]
    is_name = kind != "" or tree.word[token][:1].isupper()
    return tree.dep[token] in _INNER and is_name and (kind == "" or kind != tree.kind[tree.head[token]])


def verbs(tree: Tree) -> list[bool]:
    """Return for each token whether it heads a clause."""
    found = [False] * len(tree)
    for token, dep in enumerate(tree.dep):
        if dep in _OF_VERBS or dep == "mark":
            found[tree.head[token]] = True
        if dep in _CLAUSES or (dep == "dobj" and tree.dep[tree.head[token]] in _CLAUSE):
            found[token if dep in _CLAUSES else tree.head[token]] = True
    for token, dep in enumerate(tree.dep):
        if dep == "conj" and found[tree.head[token]]:
            found[token] = True
    return found


def _verbal(tree: Tree, verb: int, known: Participants) -> Iterator[tuple[Argument, Argument]]:
    passive = is_passive(tree, verb)
    actors = list(agents(tree, verb)) if passive else list(subjects(tree, verb, known))
    actors = [each for each in actors if known.may_act(each.token) and not _is_no_participant(tree, each.token)]
    if not actors and not passive:
        return
    patients = list(islice(complements(tree, verb), _MOST_PATIENTS))
    if passive:
        patients = [
            *(each._replace(path=f"pass:{each.path}") for each in patient_subjects(tree, verb, known)),
            *patients,
        ]
        if not actors:
            # "was arrested in Rwanda": the place stands for whoever acts there.
            actors = [each._replace(path=f"in:{each.path}") for each in patients if each.path.startswith("prep_")]
    for actor in actors:
        for recipient in patients:
            yield actor, recipient
    if known.is_reciprocal(verb):
        yield from _mutual(tree, actors)


def _mutual(tree: Tree, actors: list[Argument]) -> Iterator[tuple[Argument, Argument]]:
    """Yield the members of a conjunction with each other: "Turkey and Russia met"."""
    for actor in actors:
        for other in conjuncts(tree, actor.token):
            yield actor, Argument(other, f"and:{actor.path}")


def _nominal(tree: Tree, noun: int) -> Iterator[tuple[Argument, Argument]]:
    """Yield the arguments of a noun: "the US attack on", "the killing of … by", "talks between"."""
    inner = [Argument(child, tree.dep[child]) for child in tree.children[noun] if _is_inner(tree, child)]
    outer = [each for each in _below(tree, noun, "", (), 2) if each.path.startswith("prep_")]
    by = [each for each in outer if each.path.startswith("prep_by")]
    yield from product((*inner, *by), (each for each in outer if each not in by))
    yield from product(by, inner)
    for each in outer:
        if each.path in ("prep_between", "prep_of", "prep_among"):
            yield from ((each, Argument(other, f"and:{each.path}")) for other in conjuncts(tree, each.token))
        if each.path == "prep_of":
            yield from ((each, other) for other in outer if other.path in _TOWARDS)


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


def patient_subjects(tree: Tree, verb: int, known: Participants, depth: int = 0) -> Iterator[Argument]:
    """Yield whom a passive verb concerns: its subject, or the noun that it modifies."""
    found = [child for child in tree.children[verb] if tree.dep[child] == "nsubjpass"]
    if found:
        yield from (Argument(_antecedent(tree, child), "nsubjpass") for child in found)
    elif tree.dep[verb] == "acl":
        yield Argument(tree.head[verb], "acl")
    elif tree.dep[verb] in ("conj", "xcomp", "advcl") and tree.head[verb] != verb and depth < _DEPTH:
        head = tree.head[verb]
        over = patient_subjects if is_passive(tree, head) else subjects
        above = over(tree, head, known, depth + 1)
        yield from (each._replace(path=f"{tree.dep[verb]}<{each.path}") for each in above)


def subjects(tree: Tree, verb: int, known: Participants, depth: int = 0) -> Iterator[Argument]:
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
                each._replace(path=f"{dep}<{each.path}") for each in patient_subjects(tree, head, known, depth + 1)
            )
            return
    if not known.is_verb(head):
        if tree.dep[head] in _NOUN_DEPS:
            yield from (
                Argument(child, f"{dep}<{tree.dep[child]}")
                for child in tree.children[head]
                if tree.dep[child] == "poss"
            )
            yield from (
                each._replace(path=f"{dep}<noun<{each.path}")
                for each in (
                    subjects(tree, tree.head[head], known, depth + 1) if known.is_verb(tree.head[head]) else ()
                )
            )
        return
    yield from (each._replace(path=f"{dep}<{each.path}") for each in subjects(tree, head, known, depth + 1))


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
    yield from _below(tree, verb, "", (), _DEPTH)
    if tree.dep[verb] == "relcl" and tree.child(verb, *_SUBJECTS) is not None and tree.child(verb, "dobj") is None:
        yield Argument(tree.head[verb], "relcl")


def objects(tree: Tree, verb: int) -> Iterator[Argument]:
    """Yield the direct objects of a verb."""
    yield from (Argument(child, "dobj") for child in tree.children[verb] if tree.dep[child] == "dobj")


def _below(tree: Tree, token: int, path: str, through: tuple[int, ...], depth: int) -> Iterator[Argument]:
    if depth == 0:
        return
    for child in tree.children[token]:
        dep = tree.dep[child]
        if _is_no_participant(tree, child):
            continue
        if dep == "prep" or (dep == "dative" and tree.child(child, "pobj") is not None):
            # A preposition is no step of its own, unless it hangs on another one.
            step = tree.dep[token] == "prep"
            yield from _below(tree, child, f"{path}prep_{tree.lower[child]}>", through, depth - step)
        elif is_subordinate(tree, child) and own_subject(tree, child) is not None:
            if depth > 1 and any(tree.lower[word] in _UNTIL for word in tree.children[child]):
                yield from _subject_below(tree, child, f"{path}{dep}>", (*through, child), depth)
        elif dep in _OBJECTS or (path and _is_inner(tree, child)):
            name = path[:-1] if dep == "pobj" and path.endswith(">") else f"{path}{dep}"
            yield Argument(child, name, through)
            yield from _below(tree, child, f"{name}>", (*through, child), depth - 1)
        elif dep in _BELOW and depth > 1:
            if dep in _CLAUSAL:
                yield from _subject_below(tree, child, f"{path}{dep}>", (*through, child), depth)
            yield from _below(tree, child, f"{path}{dep}>", (*through, child), depth - 1)


def _subject_below(tree: Tree, verb: int, path: str, through: tuple[int, ...], depth: int) -> Iterator[Argument]:
    """Yield the subject of a clause below: "demanded that the minister apologise"."""
    for subject in tree.children[verb]:
        if tree.dep[subject] in ("nsubj", "nsubjpass"):
            name = f"{path}{tree.dep[subject]}"
            yield Argument(subject, name, through)
            yield from _below(tree, subject, f"{name}>", (*through, subject), depth - 2)


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
