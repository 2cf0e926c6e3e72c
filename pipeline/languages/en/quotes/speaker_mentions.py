"""Find the words that mention a cue's speaker."""

from typing import NamedTuple

from pipeline.languages.en.quotes.candidate_features import PRONOUNS, subject
from pipeline.languages.en.quotes.candidates import Quotations, is_hyphen
from pipeline.languages.en.quotes.reported_speech import Report
from pipeline.reading.tree import SUBJECTS, Tree

_BEFORE_A_NOUN = frozenset("det amod compound nmod poss case nummod quantmod advmod npadvmod predet punct".split())
_NOUNS = frozenset("dobj pobj nsubj attr conj appos nsubjpass".split())
_OBJECTS = frozenset("dobj pobj prep attr".split())
_MUTE = frozenset(
    "money cash aid telephone phone day days morning afternoon evening night week month year years time contrast token"
    " name".split()
)
"""What the parse may take for a subject and cannot speak: "Jane Doe Sunday night recounted …"."""
_OF_NOUNS = frozenset("det amod compound poss nummod nmod".split())
"""What hangs on a noun and not on a gerund: "Speaking on Monday, Lee said"."""
_BARE = 12
"""How many tokens from a cue a name may be that the parse did not make its subject."""
_CITES = frozenset(("quoted", "cited", "quoting", "citing"))
_OWN = frozenset(("i", "we"))
_PERSONAL = PRONOUNS - frozenset("which that this these those there what it who".split())
MESSAGES = frozenset("statement statements letter email e-mail message tweet post note memo release".split())
"""What somebody says something in: "issued a statement saying"."""


class Phrase(NamedTuple):
    """A noun phrase up to its head: tokens (half-open); the head is the last."""

    first: int
    head: int


def speaker(tree: Tree, quotations: Quotations, report: Report) -> Phrase | None:
    """Return the noun phrase of the speaker, or None if the text names none."""
    head = _cited(tree, report.cue)
    if head is not None:
        return _whole_words(tree, phrase(tree, head))
    head = _speaking(tree, report)
    if head is not None and tree.head[head] != report.cue:
        head = _reported_we(tree, quotations, head)
    if head is None and is_passive(tree, report.cue):
        return None
    if head is None or _is_mute(tree, head) or _is_quoted(tree, quotations, report, head):
        head = _other_subject(tree, quotations, report) or _name_beside(tree, quotations, report)
    return _whole_words(tree, phrase(tree, head)) if head is not None else None


def _whole_words(tree: Tree, words: Phrase) -> Phrase:
    """Return a phrase with all parts of its last word: "the ex-minister"."""
    head = words.head
    while not tree.kind[head] and is_hyphen(tree, head + 1):
        head += 2
    return words._replace(head=head)


def phrase(tree: Tree, head: int) -> Phrase:
    """Return the noun phrase that ``head`` closes: "the Russian leader"."""
    first = head
    while first > tree.left[head] and _hangs_before(tree, first - 1, head):
        first -= 1
    while first < head and not tree.word[first][0].isalnum():
        first += 1
    return Phrase(first, head)


def _hangs_before(tree: Tree, token: int, head: int) -> bool:
    while token != head:
        if (tree.dep[token] not in _BEFORE_A_NOUN and tree.dep[token] != "pobj") or "\n" in tree.word[token]:
            return False
        token = tree.head[token]
    return True


def _cited(tree: Tree, cue: int) -> int | None:
    """Return whom somebody else quotes: "Lee was quoted as saying", "the agency quoted Lee as saying"."""
    verb = next((each for each in (cue, *tree.ancestors(cue)) if tree.lower[each] in _CITES), None)
    is_as = verb == cue or (tree.dep[cue] == "pcomp" and tree.lower[tree.head[cue]] == "as")
    if verb is None or not is_as or not any(tree.lower[child] == "as" for child in tree.children[verb]):
        return None
    return tree.child(verb, "nsubjpass") or tree.child(verb, "dobj")


def _speaking(tree: Tree, report: Report) -> int | None:
    cue = report.cue
    by = _passive_agent(tree, cue)
    if by is not None:
        return by
    if is_passive(tree, cue):
        return None
    if tree.lower[cue] in ("according", "per") and (inner := tree.child(cue, "prep", "pobj")) is not None:
        return inner if tree.dep[inner] == "pobj" else tree.child(inner, "pobj")
    owner = tree.child(cue, "poss")
    if owner is not None:
        return owner
    is_noun = tree.dep[cue] in _NOUNS and tree.child(cue, *SUBJECTS) is None
    verb = _verb_of(tree, cue, _OBJECTS) if is_noun else cue
    if tree.dep[verb] == "acl" and _speaks_for_another(tree, verb):
        verb = _verb_of(tree, tree.head[verb], _OBJECTS | {"dative", "appos", "conj"})
    return subject(tree, verb)[0]


def _reported_we(tree: Tree, quotations: Quotations, head: int) -> int:
    """Resolve "we" outside of marks to the reported speaker: "Lee said we must act, adding that …"."""
    if tree.lower[head] not in _OWN or quotations.inside[head]:
        return head
    over = (tree.child(verb, *SUBJECTS) for verb in tree.ancestors(head))
    return next((who for who in over if who is not None and tree.lower[who] not in _OWN), head)


def _verb_of(tree: Tree, token: int, relations: frozenset[str]) -> int:
    """Return the verb of which a noun is an object, near or far."""
    while tree.dep[token] in relations and tree.head[token] != token:
        token = tree.head[token]
    return token


def is_passive(tree: Tree, verb: int) -> bool:
    """Return whether a verb tells what was said to its subject: "was told", "asked about it, she …"."""
    if tree.child(verb, "auxpass", "nsubjpass") is not None:
        return True
    return (
        tree.dep[verb] in ("advcl", "acl")
        and tree.lower[verb].endswith(("ed", "told"))
        and tree.child(verb, "aux", *SUBJECTS) is None
    )


def _speaks_for_another(tree: Tree, participle: int) -> bool:
    """Return whether "… saying" tells what the subject said, though the parse attaches it to a noun before it."""
    before = tree.word[participle - 1] if participle else ""
    return before == "," or tree.lower[tree.head[participle]] in MESSAGES


def _passive_agent(tree: Tree, verb: int) -> int | None:
    """Return the agent of a passive verb; "Lee told them by telephone" has none."""
    if tree.child(verb, "nsubj") is not None:
        return None
    for child in tree.children[verb]:
        if tree.dep[child] in ("agent", "prep") and tree.lower[child] == "by":
            return tree.child(child, "pobj")
    return None


def _is_quoted(tree: Tree, quotations: Quotations, report: Report, head: int) -> bool:
    """Return whether a word is part of what is said, and so cannot be its speaker."""
    within = report.first <= head < report.last and not report.first <= report.cue < report.last
    return within or (bool(quotations.inside[head]) and not quotations.inside[report.cue])


def _other_subject(tree: Tree, quotations: Quotations, report: Report) -> int | None:
    """Return the cue's subject beside what it reports, which the parse may also call a subject."""
    subjects = [child for child in tree.children[report.cue] if tree.dep[child] in SUBJECTS]
    speaking = (head for head in subjects if not _is_mute(tree, head))
    return next((head for head in speaking if not _is_quoted(tree, quotations, report, head)), None)


def _is_mute(tree: Tree, head: int) -> bool:
    if tree.kind[head]:
        return False
    is_noun = any(tree.dep[child] in _OF_NOUNS for child in tree.children[head])
    return tree.lower[head] in _MUTE or (tree.lower[head].endswith("ing") and not is_noun)


def _name_beside(tree: Tree, quotations: Quotations, report: Report) -> int | None:
    """Return a name right after the cue, or before it in its sentence: "… said Jane Doe", "Jane Doe (R) said"."""
    cue = report.cue
    first, last = tree.sentences[tree.sentence[cue]]
    after = range(cue + 1, min(cue + 1 + _BARE // 3, last))
    before = range(cue - 1, max(cue - 1 - _BARE, first - 1), -1)
    near: list[int] = [*after, *before]
    for token in near:
        if _is_quoted(tree, quotations, report, token):
            continue
        if tree.kind[token] in ("PERSON", "ORG"):
            end = next(end for end in range(token, last) if tree.kind[end + 1 : end + 2] != [tree.kind[token]])
            of_a_noun = tree.kind[end] == "ORG" and tree.dep[end] in ("compound", "nmod")
            return tree.head[end] if of_a_noun and tree.word[tree.head[end]].islower() else end
        if tree.lower[token] in _PERSONAL and tree.dep[token] in SUBJECTS:
            return token
    return None
