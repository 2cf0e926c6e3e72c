"""The tense of a clause, from its auxiliaries and the form of its verb."""

from typing import Literal

from pipeline.reading.tree import Tree

Tense = Literal["past perfect", "past", "present", "scheduled", "future"]
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

_FINITE = frozenset("ROOT ccomp advcl relcl conj parataxis".split())
_WITH_INFINITIVE = frozenset(
    "see saw seen seeing watch watched hear heard make makes made let lets help helped".split()
)
"""Verbs that govern an infinitive without "to": "only to see it crack on Wednesday"."""
_IRREGULAR = frozenset(
    "ate awoke beat became began bent bet bid bit bled blew bore bought bound bred broadcast broke brought built burnt"
    " burst came cast caught chose clung cost crept cut dealt did dove drank dreamt drew drove dug fed fell felt fled"
    " flew flung forbade forecast forgot forgave fought found froze gave got grew ground had heard held hid hit hung"
    " hurt kept knelt knew laid lay leant leapt learnt led left lent let lit lost made meant met mistook offset outran"
    " overcame overheard oversaw overtook overthrew paid pled proved put quit ran rang read rebuilt rid rode rose said"
    " sang sank sat saw sent set shed shook shone shot shrank shut slept slid slung smelt snuck sold sought"
    " sped spelt spent spilt split spoilt spoke sprang spread spun stole stood stuck struck strove stung stunk swam"
    " swept swore swung taught thought threw thrust told took tore underwent understood undertook upheld upset was went"
    " were wept withdrew withheld withstood woke won wore wound wove wrote wrung".split()
)
"""Forms of the past that do not end in "-ed", and those that the present shares with it."""

_DEEPEST = 20
"""How many verbs above one another are looked at; hostile text has thousands."""

_DAY_OF = frozenset("pobj npadvmod compound nmod nummod attr advmod prep det amod".split())
"""How a day depends on what it dates."""
_AFTERWARDS = frozenset("follow follows reflect reflects mean means mark marks".split())
"""Verbs that tell of what was before: "the march follows a rally on Monday"."""
_LONGEST = 2
"""The words of a weekday after its first, as in "this coming Friday"."""
_STATIC = frozenset("on in at to for from this until".split())


def tense_at(tree: Tree, token: int) -> Tense:
    """Return the tense of the clause that a date's first token is in.

    It is "scheduled" if that is the present and the date belongs to its verb: "meets on Monday", but not "reflects
    Monday's loss" or "follows an attack on Monday".
    """
    verb = clause_of(tree, token)
    tense = tense_of(tree, verb)
    return "scheduled" if tense == "present" and _is_dated(tree, verb, token) else tense


def _is_dated(tree: Tree, verb: int, token: int) -> bool:
    """Return whether a date belongs to a verb that tells what happens.

    Only prepositions of time and place and their nouns stand between them, and the date is not between subject and
    verb: "a suit filed Friday alleges".
    """
    subject = tree.child(verb, "nsubj", "nsubjpass")
    is_inside = subject is not None and subject < token < verb
    if is_inside or tree.lower[verb].endswith("ing") or tree.lower[verb] in _AFTERWARDS:
        return False
    first = token
    while token != verb:
        is_other_noun = tree.dep[token] == "attr" and not first <= token <= first + _LONGEST
        if (
            is_other_noun
            or tree.dep[token] not in _DAY_OF
            or (tree.dep[token] == "prep" and tree.lower[token] not in _STATIC)
        ):
            return False
        token = tree.head[token]
    return True


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
    if auxiliaries & _PAST or (tree.child(verb, "neg") is not None and "could" in auxiliaries):
        return "past"
    if tree.lower[verb] in _PROSPECTIVE and not _is_set_on(tree, verb):
        return "future"
    if auxiliaries & _PRESENT:
        return "future" if tree.lower[verb].endswith("ing") else "past" if _is_perfect(auxiliaries) else "present"
    if tree.lower[verb].endswith("ing") and tree.head[verb] != verb:
        is_governed = tree.dep[verb] in ("xcomp", "pcomp", "conj", "advcl")
        if tree.dep[verb] == "pcomp" and tree.lower[tree.head[verb]] in ("after", "since", "for"):
            return "past"
        return tense_of(tree, clause_of(tree, tree.head[verb]), depth + 1) if is_governed else "present"
    return "present" if _is_present(tree, verb) else "past"


def _is_present(tree: Tree, verb: int) -> bool:
    """Return whether the form of a verb without auxiliaries is that of the present: "meets", "they meet"."""
    word = tree.lower[verb]
    if word.endswith("ed") or word in _IRREGULAR:
        return False
    if word.endswith("s") and not word.endswith("ss"):
        return True
    is_bare = tree.dep[verb] == "ccomp" and tree.lower[tree.head[verb]] in _WITH_INFINITIVE
    return not is_bare and tree.dep[verb] in _FINITE and tree.child(verb, "nsubj") is not None


def _is_set_on(tree: Tree, verb: int) -> bool:
    """Return whether a "set" looks back: "a record set on Aug. 6", "they set a deadline", not "a meeting set for"."""
    below = (tree.lower[child] for child in tree.children[verb] if tree.dep[child] in ("prep", "xcomp"))
    return tree.lower[verb] == "set" and (next(below, "") == "on" or tree.child(verb, "dobj") is not None)


def _is_perfect(auxiliaries: set[str]) -> bool:
    return bool(auxiliaries & {"has", "have", "'ve", "’ve"})
