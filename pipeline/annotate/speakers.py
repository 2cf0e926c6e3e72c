"""Who spoke: from a cue to the mention of its speaker, and to the entity that stands behind it."""

from collections.abc import Iterable
from typing import NamedTuple

from spacy.tokens import Doc, Token

from pipeline.annotations import Entity, Mention, Speaker

_SUBJECTS = ("nsubj", "csubj")
_INHERITING = ("conj", "xcomp", "advcl", "ccomp", "acl")
_NAME_PARTS = frozenset(("det", "amod", "compound", "nmod", "poss", "case", "nummod", "quantmod", "advmod"))
_SINGULAR = frozenset(("he", "she"))
_PRONOUNS = _SINGULAR | frozenset(("they", "it", "who", "i", "we"))


class Named(NamedTuple):
    """A mention and the entity it belongs to."""

    mention: Mention
    entity: Entity


class Names:
    """The mentions of a story, looked up by where they stand."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        """Index the mentions of ``entities`` by the characters they cover."""
        self.in_order = sorted(
            (Named(mention, entity) for entity in entities for mention in entity.mentions),
            key=lambda named: named.mention.start,
        )
        self._at = {n: named for named in self.in_order for n in range(named.mention.start, named.mention.end)}

    def over(self, start: int, end: int) -> Named | None:
        """The last mention in a stretch: the head of an English noun phrase stands at its end."""
        return next((self._at[n] for n in range(end - 1, start - 1, -1) if n in self._at), None)

    def at(self, token: Token) -> Named | None:
        """The mention a token belongs to."""
        return self._at.get(token.idx)


def subject_of(cue: Token) -> Token | None:
    """The token that heads whoever does what the cue says.

    A cue without a subject of its own ("…, adding that") has that of the verb it hangs on; a
    relative pronoun stands for the noun its clause describes.
    """
    for _ in range(4):
        agent = next((c for c in cue.children if c.dep_ == "agent"), None)
        if agent is not None:
            return next((c for c in agent.children if c.dep_ == "pobj"), None)
        subject = next((c for c in cue.children if c.dep_ in _SUBJECTS), None)
        if subject is not None:
            is_relative = cue.dep_ == "relcl" and subject.lower_ in ("who", "which", "that")
            return cue.head if is_relative else subject
        if cue.dep_ not in _INHERITING or cue.head == cue:
            return None
        cue = cue.head
    return None


def speaker_of(head: Token, names: Names) -> Speaker:
    """The speaker whom the noun phrase under ``head`` mentions."""
    doc = head.doc
    named = names.at(head)
    if named is None and head.lower_ not in _PRONOUNS:
        parts = [t for t in head.children if t.dep_ in _NAME_PARTS and t.i < head.i]
        first = min((t.left_edge.i for t in parts), default=head.i)
        apposed = next((c for c in head.children if c.dep_ == "appos" and names.at(c)), None)
        named = names.at(apposed) if apposed is not None else None
        if named is None:
            return _speaker(doc, doc[first].idx, head.idx + len(head), None)
    if named:
        return _speaker(doc, named.mention.start, named.mention.end, named.entity)
    entity = _antecedent(head, names) if head.lower_ in _SINGULAR else None
    return _speaker(doc, head.idx, head.idx + len(head), entity)


def _speaker(doc: Doc, start: int, end: int, entity: Entity | None) -> Speaker:
    text = doc.text[start:end]
    if entity is None:
        return Speaker(start=start, end=end, text=text, name=text)
    return Speaker(start=start, end=end, text=text, entity=entity.id, name=entity.name)


def _antecedent(pronoun: Token, names: Names) -> Entity | None:
    """The person a pronoun stands for: the last subject before it, else the last person."""
    before = [named for named in names.in_order if named.entity.type == "PERSON" and named.mention.end <= pronoun.idx]
    for named in reversed(before[-12:]):
        span = pronoun.doc.char_span(named.mention.start, named.mention.end, alignment_mode="expand")
        if span is not None and _is_subject(span.root):
            return named.entity
    return before[-1].entity if before else None


def _is_subject(token: Token) -> bool:
    """Whether it is a subject, or stands beside one ("its director, Eilidh Munro, thanked …")."""
    if token.dep_ == "appos":
        token = token.head
    return token.dep_ in ("nsubj", "nsubjpass")
