"""Recognise words that look like cues or quotations and report nothing: what was denied, refused, wanted, or named."""

from collections.abc import Mapping

from pipeline.reading.tree import SUBJECTS, Tree

_SAYING = frozenset(
    "say tell claim promise state announce suggest mention admit confirm write declare indicate explain reveal disclos"
    " discuss comment elaborat talk".split()
)
"""Lemmas of cues with which nothing is said if they are negated or denied."""
_DENYING = frozenset(("deny",))
_REFUSING = frozenset(("refuse", "refus", "declin"))
_COMPLEMENTS = frozenset(("xcomp", "ccomp", "pcomp"))
_NEGATIONS = frozenset("n't n’t not never".split())
_NEAR = 4
"""How many tokens before a cue its negation may be."""
_AND_MORE = frozenset("only just merely simply".split())
"""What follows "not" where it negates nothing: "he not only said …"."""
_NOBODY = frozenset(("nobody", "none", "no"))
_ASKS = frozenset("ask asks asked asking".split())
_WANTED = frozenset(("for", "about"))
_SELF = frozenset("himself herself themselves itself".split())
_NAMING = frozenset("name names named nickname nicknamed alias aka dubbed titled entitled codenamed".split())
_NAME_WORDS = 4
"""How many words a nickname or title may have."""


def says_nothing(tree: Tree, token: int, lemmas: Mapping[str, str]) -> bool:
    """Return whether a cue tells that nothing was said: "declined to comment", "denied saying that …", "never said"."""
    lemma = lemmas[tree.lower[token]]
    if lemma in _REFUSING:
        return True
    if lemma in _DENYING:
        return any(lemmas.get(tree.lower[c]) in _SAYING for c in tree.children[token] if tree.dep[c] in _COMPLEMENTS)
    return lemma in _SAYING and (_is_negated(tree, token) or _is_denied(tree, token, lemmas))


def _is_negated(tree: Tree, token: int) -> bool:
    for child in tree.children[token]:
        if tree.dep[child] == "neg" and tree.lower[child] in _NEGATIONS and token - _NEAR <= child < token:
            return tree.lower[child + 1] not in _AND_MORE
    who = tree.child(token, *SUBJECTS)
    words = [who, tree.child(who, "det")] if who is not None else []
    return any(word is not None and tree.lower[word] in _NOBODY for word in words)


def _is_denied(tree: Tree, token: int, lemmas: Mapping[str, str]) -> bool:
    while tree.dep[token] in _COMPLEMENTS and tree.head[token] != token:
        token = tree.head[token]
        if lemmas.get(tree.lower[token]) in _DENYING | _REFUSING:
            return True
    return False


def is_only_wanted(tree: Tree, cue: int, first: int, last: int) -> bool:
    """Return whether a range without a clause is what somebody asks for or about: "asked for witnesses"."""
    if tree.lower[cue] not in _ASKS or not {tree.lower[first], tree.lower[first - 1]} & _WANTED:
        return False
    return not any(tree.dep[token] in (*SUBJECTS, "aux") for token in range(first, last))


def is_name_in_marks(tree: Tree, first: int, last: int) -> bool:
    """Return whether a quoted stretch is what somebody or something is called: "known as “Big Al”"."""
    words = [token for token in range(first, last) if tree.word[token][0].isalnum()]
    before, after = first - 2, last + 1
    if before < 0 or len(words) > _NAME_WORDS or not all(tree.word[token][0].isupper() for token in words):
        return False
    form, preceding = tree.lower[before], tree.lower[before - 1] if before else ""
    if form in _NAMING or (form == "called" and tree.dep[before] == "acl"):
        return True
    if (form == "as" and preceding == "known") or (form in _SELF and preceding.startswith("call")):
        return True
    return after < len(tree) and tree.kind[before] == tree.kind[after] == "PERSON"
