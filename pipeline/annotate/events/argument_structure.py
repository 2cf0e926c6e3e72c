"""Who stands in which relation to a predicate: every pair of noun phrases that an event may join.

The parse names subjects and objects; what it leaves implicit is filled in here: passives, control ("agreed to send"),
participles ("troops sent by"), relative clauses, conjunctions, light verbs ("launched an attack on"), and nouns that
name events themselves ("the killing of", "talks between").
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.annotate.tree import Tree

_CLAUSE = frozenset("ROOT ccomp advcl relcl conj parataxis acl xcomp pcomp csubj csubjpass dep".split())
_SUBJECTS = ("nsubj", "csubj")
_RELATIVES = frozenset("who which that whom".split())
_NOUN_DEPS = frozenset("nsubj nsubjpass dobj pobj dative attr appos conj poss oprd".split())
_INNER = frozenset("poss compound amod nmod".split())
_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december today tomorrow yesterday tonight day days week weeks month months year years hour hours"
    " minute minutes morning afternoon evening night weekend time times percent".split()
)
_DEPTH = 4
"""How many steps below a predicate an argument may be."""
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


def pairs(tree: Tree) -> Iterator[Pair]:
    """Yield every pair of arguments of every predicate, in the order of the text."""
    for token in range(len(tree)):
        if is_verb(tree, token):
            yield from _verbal(tree, token)
        elif tree.dep[token] in _NOUN_DEPS or tree.dep[token] == "ROOT":
            yield from _nominal(tree, token)


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


def is_verb(tree: Tree, token: int) -> bool:
    """Return whether a token heads a clause."""
    dep = tree.dep[token]
    if any(tree.dep[child] in ("nsubj", "nsubjpass", "agent", "aux", "auxpass") for child in tree.children[token]):
        return True
    if dep not in _CLAUSE:
        return False
    if dep in ("xcomp", "advcl", "acl", "pcomp", "relcl", "ccomp"):
        return True
    if dep == "conj":
        return is_verb(tree, tree.head[token]) if tree.head[token] != token else False
    return any(tree.dep[child] == "dobj" for child in tree.children[token])


def _verbal(tree: Tree, verb: int) -> Iterator[Pair]:
    passive = is_passive(tree, verb)
    actors = list(agents(tree, verb)) if passive else list(subjects(tree, verb))
    patients = list(complements(tree, verb))
    if passive:
        patients = [*(each._replace(path=f"pass:{each.path}") for each in patient_subjects(tree, verb)), *patients]
        if not actors:
            # "was arrested in Rwanda": the place stands for whoever acts there.
            actors = [each._replace(path=f"in:{each.path}") for each in patients if each.path.startswith("prep_")]
    actors = [actor for actor in actors if not _is_no_participant(tree, actor.token)]
    for actor in actors:
        for recipient in patients[:_MOST_PATIENTS]:
            if actor.token != recipient.token:
                yield Pair(verb, actor, recipient)
    yield from _mutual(verb, tree, actors)


def _mutual(predicate: int, tree: Tree, actors: list[Argument]) -> Iterator[Pair]:
    """Yield the members of a conjunction with each other: "Turkey and Russia signed"."""
    for actor in actors:
        for other in conjuncts(tree, actor.token):
            yield Pair(predicate, actor, Argument(other, f"and:{actor.path}"))


def _nominal(tree: Tree, noun: int) -> Iterator[Pair]:
    inner = [Argument(child, tree.dep[child]) for child in tree.children[noun] if _is_inner(tree, child)]
    outer = [each for each in _below(tree, noun, "", (), 2) if each.path.startswith("prep_")]
    by = [each for each in outer if each.path.startswith("prep_by")]
    for actor in (*inner, *by):
        for recipient in outer:
            if recipient.token != actor.token and recipient not in by:
                yield Pair(noun, actor, recipient)
    for actor in by:
        for recipient in inner:
            yield Pair(noun, actor, recipient)
    for each in outer:
        if each.path in ("prep_between", "prep_of", "prep_among"):
            for other in conjuncts(tree, each.token):
                yield Pair(noun, each, Argument(other, f"and:{each.path}"))
            for other_way in outer:
                if other_way.path in ("prep_with", "prep_on", "prep_against", "prep_to") and each.path == "prep_of":
                    yield Pair(noun, each, other_way)


def is_passive(tree: Tree, verb: int) -> bool:
    """Return whether a verb is passive: "was arrested", "troops sent by"."""
    if any(tree.dep[child] in ("nsubjpass", "auxpass", "agent") for child in tree.children[verb]):
        return True
    return tree.dep[verb] == "acl" and not tree.lower[verb].endswith("ing") and not _has_to(tree, verb)


def _has_to(tree: Tree, verb: int) -> bool:
    return any(tree.dep[child] == "aux" and tree.lower[child] == "to" for child in tree.children[verb])


def agents(tree: Tree, verb: int) -> Iterator[Argument]:
    """Yield who does what a passive verb says: the object of "by"."""
    for child in tree.children[verb]:
        if tree.dep[child] == "agent" or (tree.dep[child] == "prep" and tree.lower[child] == "by"):
            for grandchild in tree.children[child]:
                if tree.dep[grandchild] == "pobj":
                    yield Argument(grandchild, "agent")


def patient_subjects(tree: Tree, verb: int) -> Iterator[Argument]:
    """Yield whom a passive verb concerns: its subject, or the noun that it modifies."""
    found = [child for child in tree.children[verb] if tree.dep[child] == "nsubjpass"]
    if found:
        yield from (Argument(_antecedent(tree, child), "nsubjpass") for child in found)
    elif tree.dep[verb] == "acl":
        yield Argument(tree.head[verb], "acl")
    elif tree.dep[verb] in ("conj", "xcomp", "advcl") and tree.head[verb] != verb:
        head = tree.head[verb]
        above = patient_subjects(tree, head) if is_passive(tree, head) else subjects(tree, head)
        yield from (each._replace(path=f"{tree.dep[verb]}<{each.path}") for each in above)


def subjects(tree: Tree, verb: int, depth: int = 0) -> Iterator[Argument]:
    """Yield who acts, where the clause says so itself or shares its subject with the one above."""
    found = [child for child in tree.children[verb] if tree.dep[child] in _SUBJECTS]
    if found:
        yield from (Argument(_antecedent(tree, child), "nsubj") for child in found)
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
            yield from (each._replace(path=f"{dep}<{each.path}") for each in patient_subjects(tree, head))
            return
    if not is_verb(tree, head):
        if tree.dep[head] in _NOUN_DEPS:
            yield from (
                Argument(child, f"{dep}<{tree.dep[child]}") for child in tree.children[head] if tree.dep[child] == "poss"
            )
            yield from (
                each._replace(path=f"{dep}<noun<{each.path}")
                for each in (subjects(tree, tree.head[head], depth + 1) if is_verb(tree, tree.head[head]) else ())
            )
        return
    yield from (each._replace(path=f"{dep}<{each.path}") for each in subjects(tree, head, depth + 1))


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


def _below(tree: Tree, token: int, path: str, through: tuple[int, ...], depth: int) -> Iterator[Argument]:
    if depth == 0:
        return
    for child in tree.children[token]:
        dep = tree.dep[child]
        if _is_no_participant(tree, child):
            continue
        if dep in ("dobj", "dative", "attr", "oprd", "pobj", "appos") or (path and _is_inner(tree, child)):
            if dep == "dative" and tree.child(child, "pobj") is not None:
                yield from _below(tree, child, f"{path}prep_{tree.lower[child]}>", through, depth)
                continue
            name = path[:-1] if dep == "pobj" and path.endswith(">") else f"{path}{dep}"
            yield Argument(child, name, through)
            yield from _below(tree, child, f"{name}>", (*through, child), depth - 1)
        elif dep == "prep":
            yield from _below(tree, child, f"{path}prep_{tree.lower[child]}>", through, depth)
        elif dep in ("xcomp", "ccomp", "pcomp", "acl", "relcl", "advcl", "acomp") and depth > 1:
            if dep in ("ccomp", "pcomp", "xcomp", "advcl"):
                for subject in tree.children[child]:
                    if tree.dep[subject] in ("nsubj", "nsubjpass"):
                        yield Argument(subject, f"{path}{dep}>{tree.dep[subject]}", (*through, child))
                        yield from _below(
                            tree, subject, f"{path}{dep}>{tree.dep[subject]}>", (*through, child, subject), depth - 2
                        )
            yield from _below(tree, child, f"{path}{dep}>", (*through, child), depth - 1)


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
