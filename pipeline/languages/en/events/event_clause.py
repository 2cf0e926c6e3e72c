"""One readable line for an event: its clause without what hangs on it, and with whom it leaves unsaid."""

import re
from collections.abc import Iterator, Sequence

from pipeline.annotations import Participant
from pipeline.languages.en.events.argument_structure import is_passive
from pipeline.reading.tree import Tree

_CORE = frozenset(
    "nsubj nsubjpass csubj expl aux auxpass neg prt dobj dative agent attr acomp xcomp oprd ccomp det poss amod"
    " compound nummod quantmod nmod".split()
)
"""What a clause or a noun phrase always has; prepositions and adverbs stand while there is room."""
_ASIDE = frozenset("advcl relcl parataxis appos mark cc punct meta intj dep preconj conj".split())
"""What is left out of a clause."""
_INNER_ASIDE = frozenset("relcl appos parataxis advcl".split())
"""What is left out of its phrases."""
_GOVERNED = frozenset("xcomp acomp".split())
_OF_OBJECTS = frozenset(("of", "from", "to", "for", "in", "with"))
"""Prepositions whose clause a verb needs: "accused of killing", "succeeded in reaching"."""
_RELATIVE = frozenset("when where which who whom whose that how why before after hours minutes days".split())
"""Words that join a clause to another one: they do not begin the line."""
_OF_VERB = frozenset("dobj nsubj nsubjpass attr".split())
_OF_NOUN = ("det", "poss", "amod", "compound", "case")
"""Relations that only a noun has below it: "the Kremlin's war" has no subject to name."""
_MARKS = re.compile(r"``|''|[“”\"`]")
_CLAUSAL = frozenset("ROOT conj advcl acl relcl ccomp xcomp pcomp parataxis".split())
_SUBJECTS = ("nsubj", "nsubjpass", "expl", "csubj")
_PRONOUNS = frozenset("he she they it who which that we i".split())
_AROUND = frozenset(",()-–—")
"""Marks around an aside."""
_MOST_WORDS = 40
_HIGHEST = 6


def clause(tree: Tree, trigger: int, actors: Sequence[Participant], recipients: Sequence[Participant]) -> str:
    """Return the line; its subject is a name where the text has a pronoun or none."""
    head = clause_head(tree, trigger)
    kept = sorted(_kept(tree, head, trigger))
    subject = tree.child(head, *_SUBJECTS)
    who = recipients if is_passive(tree, head) else actors
    names = ""
    if subject is None:
        is_verb = tree.child(head, "aux", "auxpass", "dobj") is not None or (
            tree.dep[head] in _CLAUSAL and tree.child(head, *_OF_NOUN) is None
        )
        names = _named(who) if is_verb and head == trigger else ""
    elif tree.lower[subject] in _RELATIVE and tree.dep[head] == "relcl":
        # "the group, which organized a poll"
        names = _text(tree, sorted(_phrase(tree, tree.head[head])))
        kept = [token for token in kept if token != subject]
    elif tree.lower[subject] in _PRONOUNS and any(each.start <= tree.start[subject] < each.end for each in who):
        names = _named(who)
        kept = [token for token in kept if not tree.left[subject] <= token <= tree.right[subject]]
    line = " ".join(part for part in (names, _text(tree, kept)) if part)
    return line[:1].upper() + line[1:]


def clause_head(tree: Tree, trigger: int) -> int:
    """Return the verb whose clause tells the event: that above a noun, or a verb that the trigger completes."""
    head = trigger
    is_noun = True
    for _ in range(_HIGHEST):
        dep, above = tree.dep[head], tree.head[head]
        is_part = dep in _GOVERNED or (is_noun and dep in _OF_VERB)
        is_noun = False
        if dep == "pcomp" and tree.lower[above] in _OF_OBJECTS:
            # "has no intention of attacking"
            is_part, is_noun, above = True, True, tree.head[above]
        elif dep == "conj":
            # "refused to renounce violence and recognise Israel"
            is_part = tree.dep[above] in (*_GOVERNED, "pcomp")
        elif dep == "advcl":
            is_part = tree.lower[head].endswith("ing") and _is_bare(tree, head)
        if above == head or not is_part:
            break
        head = above
    return head


def _is_bare(tree: Tree, verb: int) -> bool:
    """Return whether a participle has neither subject nor auxiliary: "…, killing twelve people"."""
    return tree.child(verb, *_SUBJECTS, "aux", "mark") is None


def _kept(tree: Tree, head: int, trigger: int) -> set[int]:
    """Return the tokens of the line."""
    kept = {head}
    told = {trigger, *tree.ancestors(trigger)}
    children = [
        child
        for child in tree.children[head]
        if child in told or (tree.dep[child] not in _ASIDE and not _joins(tree, child))
    ]
    for child in sorted(children, key=lambda child: (child not in told and tree.dep[child] not in _CORE, child)):
        phrase = set(_phrase(tree, child))
        if len(kept) + len(phrase) <= _MOST_WORDS or tree.dep[child] in _SUBJECTS or child in told:
            kept |= phrase
    return kept


def _joins(tree: Tree, token: int) -> bool:
    """Return whether a word joins its clause to another one: "when", "in which"."""
    inner = tree.child(token, "pobj") if tree.dep[token] == "prep" else token
    return tree.dep[token] in ("advmod", "prep", "npadvmod") and inner is not None and tree.lower[inner] in _RELATIVE


def _phrase(tree: Tree, top: int) -> Iterator[int]:
    """Yield the tokens below one, without asides."""
    waiting = [top]
    while waiting:
        token = waiting.pop()
        yield token
        below = tree.children[token]
        asides = [child for child in below if tree.dep[child] in _INNER_ASIDE]
        waiting += [child for child in below if child not in asides and not (asides and tree.word[child] in _AROUND)]


def _text(tree: Tree, tokens: Sequence[int]) -> str:
    """Return the text of tokens, with a space where others stand between them, and no mark at either end."""
    parts: list[str] = []
    for before, token in zip((-1, *tokens), tokens, strict=False):
        if before >= 0:
            parts.append(tree.text[tree.end[before] : tree.start[token]] if token == before + 1 else " ")
        parts.append(tree.word[token])
    line = " ".join("".join(parts).split())
    is_whole = line.count("“") == line.count("”") and line.count('"') % 2 == 0 and "``" not in line
    return (line if is_whole else _MARKS.sub("", line)).strip(" ,;:-–—“”\"'()").removesuffix(" and")


def _named(participants: Sequence[Participant]) -> str:
    *others, last = [each.name for each in participants] or [""]
    return f"{', '.join(others)} and {last}" if others else last
