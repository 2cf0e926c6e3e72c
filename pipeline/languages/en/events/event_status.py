"""The status of an event: happened, ongoing, planned, possible, demanded or denied.

It follows from negation, modals, tense, and the words that govern it.
"""

from typing import Literal

from pipeline.languages.en.tense import clause_of, tense_of
from pipeline.reading.tree import Tree

Status = Literal["happened", "ongoing", "planned", "possible", "demanded", "denied"]
_NEGATIONS = frozenset("not n't n’t never no neither nor without".split())
_DENIALS = frozenset("deny denies denied denying denial refute refutes refuted refuse refuses refused refusing fail"
                     " fails failed failing decline declines declined reject rejects rejected avoid avoided"
                     " rule ruled".split())  # fmt: skip
_PLANS = frozenset(
    "plan plans planned planning agree agrees agreed agreeing intend intends intended promise promises promised pledge"
    " pledges pledged vow vows vowed expect expects expected schedule scheduled due set prepare prepares preparing"
    " prepared offer offers offered decide decides decided ready willing about slated aim aims threaten threatens"
    " threatened threatening poised propose proposes proposed announce announces announced order orders ordered".split()
)
_DEMANDS = frozenset(
    "urge urges urged urging call calls called calling ask asks asked asking demand demands demanded demanding require"
    " requires required request requests requested appeal appeals appealed encourage encourages encouraged press"
    " pressed pressing".split()
)
_WISHES = _DEMANDS | frozenset(
    "want wants wanted hope hopes hoped seek seeks sought try tries tried trying consider considers considering"
    " considered suggest suggests suggested fear fears feared suspect suspects suspected allege alleges alleged appear"
    " appears appeared seem seems seemed warn warns warned must should need needs able unable likely unlikely possible"
    " could might may would".split()
)
_POSSIBLE = frozenset("may might could can must should ought would".split())
_FUTURE = frozenset("will wo shall 'll ’ll".split())
_PRESENT = frozenset("is are am 's ’s 're ’re 'm ’m".split())
_PAST = frozenset(("was", "were"))
_REPORTED = frozenset("said announced added told declared confirmed promised pledged vowed".split())
_PERFECT = frozenset("has have 've ’ve".split())
_CONDITIONS = frozenset("if unless whether".split())
_WHENEVER = frozenset("when whenever once until till after before".split())
"""Words that make a condition of a clause in the present below one in the future: "will leave when Iran attacks"."""
_PLANNED_WORDS = frozenset("planned scheduled upcoming forthcoming future proposed next coming".split())
_POSSIBLE_WORDS = frozenset("possible potential alleged suspected apparent hypothetical threatened feared".split())
_CHARGES = frozenset(
    "accuse accuses accused accusing accusation accusations suspected suspicion suspicions charge charged charges"
    " blamed alleged allegation allegations intention intentions intent possibility risk threat threats hope hopes"
    " plan plans idea fear fears way means aim goal aims prospect".split()
)
"""Words before a gerund that may not have happened: "accused of firing", "no intention of attacking"."""
_GOVERNED = frozenset("xcomp pcomp ccomp acomp advcl".split())
_DEEPEST = 20
"""How many verbs above one another are looked at; hostile text has thousands."""


def status(tree: Tree, trigger: int, *, is_verb: bool) -> Status:
    """Return the status of the event that a token names."""
    if not is_verb:
        return _of_noun(tree, trigger)
    return _of_verb(tree, trigger)


def _of_verb(tree: Tree, verb: int, depth: int = 0) -> Status:
    auxiliaries = {tree.lower[child] for child in tree.children[verb] if tree.dep[child] in ("aux", "auxpass")}
    return (
        _of_auxiliaries(tree, verb, auxiliaries)
        or _under(tree, verb, auxiliaries, depth)
        or _of_form(tree, verb, auxiliaries)
        or _shared(tree, verb, auxiliaries, depth)
        # "called for the president to resign", and not "went to Lima to meet her"
        or ("possible" if "to" in auxiliaries and tree.dep[verb] != "advcl" else "happened")
    )


def _of_auxiliaries(tree: Tree, verb: int, auxiliaries: set[str]) -> Status | None:
    """Return the status that negation, conditions and auxiliaries give: "did not", "if", "will", "is being"."""
    children = tree.children[verb]
    if any(tree.dep[child] == "neg" or tree.lower[child] in _NEGATIONS for child in children):
        return "denied"
    if any(tree.dep[child] == "mark" and tree.lower[child] in _CONDITIONS for child in children):
        return "possible"
    if _awaits(tree, verb):
        return "possible"
    if auxiliaries & _FUTURE or ("would" in auxiliaries and _is_said(tree, verb)):
        return "planned"
    if auxiliaries & _POSSIBLE:
        return "possible" if "have" not in auxiliaries or auxiliaries & {"may", "might", "could"} else "denied"
    return "ongoing" if "being" in auxiliaries else None


def _awaits(tree: Tree, verb: int) -> bool:
    """Return whether a clause names what has to happen before something that lies ahead."""
    if tree.dep[verb] != "advcl" or not any(tree.lower[child] in _WHENEVER for child in tree.children[verb]):
        return False
    return tense_of(tree, tree.head[verb]) == "future" and tense_of(tree, verb) == "present"


def _under(tree: Tree, verb: int, auxiliaries: set[str], depth: int) -> Status | None:
    """Return the status that the governing verb gives: "agreed to", "denied having", "urged them to"."""
    dep, head = tree.dep[verb], tree.head[verb]
    if head == verb or dep not in _GOVERNED | {"acl", "dep"}:
        return None
    if dep == "pcomp":
        head = tree.head[head]
    word = tree.lower[head]
    if dep == "pcomp" and not _CHARGES.isdisjoint((word, tree.lower[tree.head[head]])):
        is_none = any(tree.lower[child] == "no" for child in tree.children[head])
        return "denied" if is_none else "possible"
    if word in _DENIALS and dep in ("xcomp", "pcomp", "ccomp"):
        return "denied"
    if dep == "ccomp" and word not in _WISHES:
        return None
    if "to" in auxiliaries:
        return _of_infinitive(tree, verb, head, depth)
    return _wished(word) if word in _WISHES and dep in ("ccomp", "pcomp", "xcomp") else None


def _wished(word: str) -> Status:
    return "demanded" if word in _DEMANDS else "possible"


def _of_infinitive(tree: Tree, verb: int, head: int, depth: int) -> Status | None:
    dep, word = tree.dep[verb], tree.lower[head]
    if dep == "advcl":
        if word in _DEMANDS and _has_subject(tree, verb):
            return "demanded"
        return "planned" if tense_of(tree, head) == "future" else None
    if word in _PLANS or (dep == "xcomp" and word in _PRESENT | _PAST):
        return "planned"
    if word in _WISHES:
        return _wished(word)
    if dep == "xcomp":
        return _of_verb(tree, head, depth + 1) if depth < _DEEPEST else "possible"
    return "possible" if dep == "acl" else None


def _of_form(tree: Tree, verb: int, auxiliaries: set[str]) -> Status | None:
    """Return the status of a progressive: "is building", "keeps building"."""
    if not tree.lower[verb].endswith("ing") or tree.dep[verb] in ("advcl", "acl", "pcomp"):
        return None
    if auxiliaries & _PRESENT or (auxiliaries & _PERFECT and "been" in auxiliaries):
        return "planned" if _is_dated_ahead(tree, verb) else "ongoing"
    if not auxiliaries and tree.dep[verb] == "xcomp":
        return "ongoing" if tense_of(tree, tree.head[verb]) == "present" else "happened"
    return None


def _shared(tree: Tree, verb: int, auxiliaries: set[str], depth: int) -> Status | None:
    """Return the status of the verb before in a conjunction, except that a negation is not shared."""
    head = tree.head[verb]
    shares = tree.dep[verb] == "conj" and not auxiliaries and not _has_subject(tree, verb)
    if not shares or head == verb or depth >= _DEEPEST:
        return None
    above = _of_verb(tree, head, depth + 1)
    # "did not stop and fired" is no denial, "refused to stop and fire" is one.
    is_shared = above != "denied" or tree.dep[head] in _GOVERNED
    return above if is_shared else "happened"


def _is_said(tree: Tree, verb: int) -> bool:
    """Return whether "would" is the future of what somebody said: "he said France would", without an "if"."""
    is_report = tree.dep[verb] == "ccomp" and tree.lower[tree.head[verb]] in _REPORTED
    return is_report and not any(tree.dep[child] == "advcl" for child in tree.children[verb])


def _is_dated_ahead(tree: Tree, verb: int) -> bool:
    words = {tree.lower[child] for child in tree.children[verb]}
    return bool(words & {"tomorrow", "next", "later", "soon"})


def _has_subject(tree: Tree, verb: int) -> bool:
    return tree.child(verb, "nsubj", "nsubjpass") is not None


def _of_noun(tree: Tree, noun: int) -> Status:
    modifiers = {tree.lower[child] for child in tree.children[noun]}
    if modifiers & _PLANNED_WORDS:
        return "planned"
    if modifiers & _POSSIBLE_WORDS:
        return "possible"
    if modifiers & {"no", "any"}:
        return "denied" if "no" in modifiers else "possible"
    if "ongoing" in modifiers or "continuing" in modifiers:
        return "ongoing"
    governor = clause_of(tree, noun)
    if governor == noun:
        return "happened"
    word = tree.lower[governor]
    above = _of_verb(tree, governor)
    direct = tree.dep[noun] in ("dobj", "pobj") and (
        tree.head[noun] == governor or tree.head[tree.head[noun]] == governor
    )
    if direct and word in _DENIALS:
        return "denied"
    if (direct or tree.dep[noun] == "nsubjpass") and word in _PLANS | _WISHES and above == "happened":
        return "planned" if word in _PLANS else _wished(word)
    if tree.dep[noun] in ("nsubj", "nsubjpass", "dobj") or direct:
        return above
    return "happened"
