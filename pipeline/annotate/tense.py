"""The tense of a clause, from its auxiliaries and the form of its verb."""

from typing import Literal

from pipeline.annotate.tree import Tree

Tense = Literal["past perfect", "past", "present", "future"]
_FUTURE = frozenset("will wo 'll ’ll shall would may might should must".split())
_PAST = frozenset("was were had did 'd ’d been".split())
_PRESENT = frozenset("is are am has have do does can 's ’s 're ’re 've ’ve".split())
_PROSPECTIVE = frozenset(
    "plan plans planning scheduled expect expects expected due hope hopes intend intends set prepare prepares preparing"
    " slated wants want".split()
)
_IMPLICATIVE = frozenset(
    "failed managed tried attempted refused began begun started continued proceeded helped happened seemed appeared"
    " used forced".split()
)
"""Verbs whose infinitive lies at their own time: "failed to overthrow him on Wednesday"."""
_CLAUSE = frozenset("ROOT ccomp advcl relcl conj parataxis acl xcomp pcomp csubj".split())

_DEEPEST = 20
"""How many verbs above one another are looked at; hostile text has thousands."""


def clause_of(tree: Tree, token: int) -> int:
    """Return the verb of the clause that a token is in, or the root of its sentence."""
    while tree.dep[token] not in _CLAUSE and tree.head[token] != token:
        token = tree.head[token]
    return token


def tense_of(tree: Tree, verb: int, depth: int = 0) -> Tense:
    """Return the tense of a clause by its verb; an infinitive has the future of the verb that governs it."""
    if depth > _DEEPEST:
        return "past"
    auxiliaries = {tree.lower[child] for child in tree.children[verb] if tree.dep[child] in ("aux", "auxpass")}
    if auxiliaries & _FUTURE:
        return "future"
    if "to" in auxiliaries:
        # An infinitive of purpose lies at the time of its clause, most others after it.
        above = tree.head[verb]
        is_together = tree.dep[verb] == "advcl" or tree.lower[above] in _IMPLICATIVE
        governing = tense_of(tree, above, depth + 1) if above != verb else "future"
        return governing if is_together or governing == "past perfect" else "future"
    if "had" in auxiliaries:
        return "past perfect"
    if auxiliaries & _PAST:
        return "past"
    if tree.lower[verb] in _PROSPECTIVE and not _is_set_on(tree, verb):
        return "future"
    if auxiliaries & _PRESENT:
        return "future" if tree.lower[verb].endswith("ing") else "past" if _is_perfect(auxiliaries) else "present"
    if tree.lower[verb].endswith("ing") and tree.head[verb] != verb:
        is_governed = tree.dep[verb] in ("xcomp", "pcomp", "conj", "advcl")
        return tense_of(tree, tree.head[verb], depth + 1) if is_governed else "present"
    if tree.lower[verb].endswith("s") and not tree.lower[verb].endswith("ss"):
        return "present"
    return "past"


def _is_set_on(tree: Tree, verb: int) -> bool:
    """Return whether a "set" looks back: "a record set on Aug. 6", not "a meeting set for Aug. 6"."""
    below = (tree.lower[child] for child in tree.children[verb] if tree.dep[child] in ("prep", "xcomp"))
    return tree.lower[verb] == "set" and next(below, "") == "on"


def _is_perfect(auxiliaries: set[str]) -> bool:
    return bool(auxiliaries & {"has", "have", "'ve", "’ve"})
