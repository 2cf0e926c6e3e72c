"""Whom a speaker's words stand for: pronouns, common nouns, relatives and surnames, told apart.

A pronoun takes the nearest person that fits it in number and gender, subjects and those who have
just spoken first; a definite noun ("the Russian leader", "the newspaper") the last person or
organization that the story has called so. What is said between marks names nobody outside of them.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.annotate.entities.people import gender_of
from pipeline.annotate.quotes.evidence import SUBJECTS
from pipeline.annotate.quotes.options import Quotations
from pipeline.annotate.quotes.speakers import Phrase, phrase
from pipeline.annotate.tree import Tree
from pipeline.annotations import Entity, Speaker

_GENDERED = {"he": "m", "she": "f", "his": "m", "her": "f", "him": "m", "himself": "m", "herself": "f"}
_RELATIVES = frozenset(("who", "which", "that", "whom"))
_SELVES = frozenset(("i", "we", "you", "me", "us", "one"))
_SENTENCES_BACK = 8
"""How far back a pronoun may look."""
_ORGANIZATIONS = frozenset(
    "company firm bank newspaper paper agency ministry party union group organization organisation institute court"
    " commission council university department office airline club team league federation association government"
    " administration campaign church network broadcaster magazine site website charity watchdog regulator committee"
    " authority carmaker automaker manufacturer retailer maker".split()
)
_ROLES = {
    "leader": frozenset("president premier chancellor leader king chief head chairman chairwoman minister".split()),
    "politician": frozenset("senator congressman congresswoman lawmaker minister governor mayor mp candidate".split()),
    "lawmaker": frozenset("senator sen congressman congresswoman representative rep mp deputy legislator".split()),
    "nominee": frozenset("candidate nominee".split()),
    "candidate": frozenset("candidate nominee".split()),
    "diplomat": frozenset("ambassador envoy minister secretary".split()),
    "official": frozenset("secretary minister director commissioner spokesman spokeswoman".split()),
    "premier": frozenset(("premier", "minister")),
    "chief": frozenset("director head chief commissioner executive".split()),
    "executive": frozenset("executive ceo director chief".split()),
    "coach": frozenset(("coach", "manager")),
    "spokesperson": frozenset("spokesman spokeswoman spokesperson".split()),
}
_MALE = frozenset("spokesman chairman congressman king prince businessman mr sir father son brother husband lord".split())
_FEMALE = frozenset(
    "spokeswoman chairwoman congresswoman queen princess businesswoman mrs ms miss dame mother daughter sister wife lady".split()
)
_PLURALS = frozenset(("they", "both"))


class Place(NamedTuple):
    """A mention: the token of its head, its first token, and whose it is."""

    head: int
    first: int
    entity: Entity


class Voices:
    """Everybody a story names, and who has spoken so far."""

    def __init__(self, tree: Tree, quotations: Quotations, entities: Iterable[Entity]) -> None:
        """Index the mentions by their tokens, and what the story calls each entity."""
        self.tree, self.quotations = tree, quotations
        self.mentions: list[Place] = []
        self._over: dict[int, Place] = {}
        for entity in entities:
            for mention in entity.mentions:
                first, head = tree.at(mention.start), tree.at(mention.end - 1)
                place = Place(head, first, entity)
                self.mentions.append(place)
                self._over.update(dict.fromkeys(range(first, head + 1), place))
        self.mentions.sort()
        self._heads = [place.head for place in self.mentions]
        self._called: dict[str, set[str]] = defaultdict(set)
        self._genders: dict[str, str | None] = {}
        for place in self.mentions:
            if place.entity.type in ("PERSON", "ORG"):
                self._called[place.entity.id] |= self._descriptions(place)
        self._spoke: list[tuple[int, Speaker]] = []

    def speaker(self, words: Phrase) -> Speaker:
        """The speaker whom a noun phrase mentions, and whom it stands for."""
        named = self._over.get(words.head)
        together = self._together(words)
        if named is None:
            apposed = self._apposed(words.head)
            if apposed is not None:
                named, words = apposed, Phrase(apposed.first, apposed.head)
        elif words.first > named.first or self._only_titles(words, named):
            words = Phrase(named.first, max(named.head, words.head))
        entity = named.entity if named is not None else self._stands_for(words)
        found = self._as_speaker(words, entity, together)
        self._spoke.append((words.head, found))
        return found

    def _as_speaker(self, words: Phrase, entity: Entity | None, together: list[Place]) -> Speaker:
        tree = self.tree
        last = max([words.head, *(place.head for place in together)])
        start, end = tree.start[words.first], tree.end[last]
        text = tree.text[start:end]
        names = [entity.name] if entity is not None else [tree.text[start : tree.end[words.head]]]
        names += [place.entity.name for place in together]
        known = entity.id if entity is not None else None
        return Speaker(start=start, end=end, text=text, entity=known, name=" and ".join(dict.fromkeys(names)))

    def _only_titles(self, words: Phrase, named: Place) -> bool:
        """Whether what a phrase has before the name describes it, and is not part of the mention."""
        return words.first < named.first

    def _together(self, words: Phrase) -> list[Place]:
        """Others named in the same breath: "Xi and Putin"."""
        found = []
        for kid in self.tree.kids[words.head]:
            place = self._over.get(kid)
            if self.tree.dep[kid] == "conj" and place is not None and place.entity.type in ("PERSON", "ORG", "GPE"):
                found.append(place)
        return found

    def _apposed(self, head: int) -> Place | None:
        for kid in self.tree.kids[head]:
            if self.tree.dep[kid] == "appos" and (place := self._over.get(kid)) is not None:
                return place if place.entity.type in ("PERSON", "ORG") else None
        return None

    def _stands_for(self, words: Phrase) -> Entity | None:
        form = self.tree.lower[words.head]
        if form in _SELVES:
            return None
        if form in _RELATIVES:
            return self._antecedent_of_relative(words.head)
        if form in _GENDERED:
            return self._person(words.head, _GENDERED[form])
        if form == "it":
            return self._nearest(words.head, ("ORG", "GPE"))
        if form in _PLURALS:
            return self._plural(words.head)
        return self._described(words)

    def _antecedent_of_relative(self, token: int) -> Entity | None:
        tree = self.tree
        clause = next((t for t in tree.above(token) if tree.dep[t] == "relcl"), None)
        if clause is None:
            place = self._before(token)
            return place[-1].entity if place and token - place[-1].head <= 2 else None
        head = tree.head[clause]
        named = self._over.get(head) or self._apposed(head)
        return named.entity if named is not None else self._described(phrase(tree, head))

    def _before(self, token: int) -> list[Place]:
        """The mentions before a token, of its last sentences, that nobody says between marks."""
        tree = self.tree
        sentence = tree.sentence[token]
        earliest = tree.sentences[max(0, sentence - _SENTENCES_BACK)][0]
        found = []
        for place in self.mentions[bisect_left(self._heads, earliest) : bisect_left(self._heads, token)]:
            if not self.quotations.inside[place.head] or self.quotations.inside[token]:
                found.append(place)
        return found

    def _person(self, token: int, gender: str) -> Entity | None:
        tree = self.tree
        sentence = tree.sentence[token]
        best, best_score = None, 0.0
        spoke = self._spoke[-1][1].entity if self._spoke and self._spoke[-1][0] < token else None
        for place in self._before(token):
            if place.entity.type != "PERSON":
                continue
            known = self.gender(place.entity)
            if known is not None and known != gender:
                continue
            distance = sentence - tree.sentence[place.head]
            score = 10.0 - 1.5 * distance + 1e-4 * place.head
            score += 2.0 * (known == gender)
            dep = self._role(place)
            score += 2.5 if dep in SUBJECTS else -1.0 if dep in ("poss", "compound", "pobj", "nmod") else 0.0
            score += 1.5 * (place.entity.id == spoke)
            if score > best_score:
                best, best_score = place.entity, score
        return best

    def _role(self, place: Place) -> str:
        """What a mention is to its verb; one in apposition is what its noun is."""
        tree = self.tree
        top = next((t for t in range(place.head, place.first - 1, -1) if not place.first <= tree.head[t] <= place.head), place.head)
        while tree.dep[top] in ("appos", "conj") and tree.head[top] != top:
            top = tree.head[top]
        return tree.dep[top]

    def gender(self, entity: Entity) -> str | None:
        """m, f or None, from the given name, and from what the story calls the person."""
        if entity.id not in self._genders:
            called = self._called[entity.id]
            is_male, is_female = bool(called & _MALE), bool(called & _FEMALE)
            told = "m" if is_male and not is_female else "f" if is_female and not is_male else None
            self._genders[entity.id] = told or gender_of(entity.name)
        return self._genders[entity.id]

    def _nearest(self, token: int, types: tuple[str, ...]) -> Entity | None:
        """The last subject of a kind, or whoever of that kind spoke last."""
        found = None
        for place in self._before(token):
            if place.entity.type in types and self._role(place) in SUBJECTS:
                found = place.entity
        return found

    def _plural(self, token: int) -> Entity | None:
        return self._nearest(token, ("ORG",))

    def _descriptions(self, place: Place) -> set[str]:
        """The words that the story puts beside a name: titles before it, an apposition after it."""
        tree = self.tree
        words = set()
        token = place.first - 1
        while token >= 0 and place.first - token <= 6 and tree.word[token][0].isalpha():
            if tree.dep[token] in ("prep", "cc", "mark", "aux", "advmod") or tree.lower[token] in ("the", "said"):
                break
            words.add(tree.lower[token])
            token -= 1
        for token in range(place.first, place.head + 1):
            words.add(tree.lower[token].rstrip("."))
        for kid in tree.kids[place.head]:
            if tree.dep[kid] == "appos":
                words.add(tree.lower[kid])
                words |= {tree.lower[inner] for inner in tree.kids[kid] if tree.dep[inner] in ("amod", "compound", "nmod", "poss")}
        return words

    def _described(self, words: Phrase) -> Entity | None:
        """Whom a definite noun phrase stands for: the last one that the story has called so."""
        tree = self.tree
        head = tree.lower[words.head]
        opening = tree.lower[words.first]
        if opening not in ("the", "this", "that") or not tree.word[words.head][0].isalpha():
            return None
        kinds = _ROLES.get(head, frozenset()) | {head}
        others = {tree.lower[t] for t in range(words.first + 1, words.head)}
        if head in _ORGANIZATIONS:
            fitting = [p for p in self._before(words.first) if p.entity.type == "ORG"]
            named = [p for p in fitting if head in self._called[p.entity.id]]
            return (named or fitting)[-1].entity if named or fitting else None
        before = [place for place in self.mentions if place.head < words.first and place.entity.type == "PERSON"]
        fitting = [place for place in before if self._called[place.entity.id] & kinds]
        both = [place for place in fitting if others & self._called[place.entity.id]]
        if both:
            return both[-1].entity
        if others and any(tree.word[t][0].isupper() for t in range(words.first + 1, words.head)):
            by_origin = [place for place in before if others & self._called[place.entity.id]]
            return by_origin[-1].entity if by_origin and head in _ROLES else None
        return fitting[-1].entity if fitting else None
