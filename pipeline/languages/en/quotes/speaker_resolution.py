"""Resolve whom a speaker's words mean: pronouns, common nouns, relatives and surnames.

A pronoun means the nearest person that agrees in number and gender; subjects and recent speakers come first, people
in reported speech last. People named only inside quotation marks are not considered outside.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from pipeline.annotations import Entity, Speaker
from pipeline.languages.en.quotes.candidates import Quotations
from pipeline.languages.en.quotes.nominal_coreference import (
    EntityMention,
    NominalCoreference,
    gender_of_words,
    is_group,
    is_person,
    is_somebody,
    syntactic_head,
)
from pipeline.languages.en.quotes.quote_spans import QuoteSpan
from pipeline.languages.en.quotes.speaker_mentions import MESSAGES, Phrase, phrase
from pipeline.reading.tree import SUBJECTS, Tree

_GENDERED = {"he": "m", "she": "f", "his": "m", "her": "f", "him": "m", "himself": "m", "herself": "f"}
_RELATIVES = frozenset(("who", "which", "that", "whom"))
_INTRODUCING = frozenset(("a", "an", "another"))
_PLURALS = frozenset(("they", "both", "their"))
_WRITTEN = MESSAGES | frozenset("report reports study poll survey document paper it".split())
"""Whom no "he" or "she" means, though they speak."""
_DOCUMENTS = _WRITTEN - {"it"} | frozenset(
    "article data figures statistics survey surveys polls studies release".split()
)
"""What speaks for whoever made it: "a survey by Deloitte"."""
_MOST_NEAR, _MOST_BEFORE = 20, 60
"""How many names before a pronoun are compared: those beside it, and those that it may mean."""
_SENTENCES_BACK = 8
"""How many sentences back a pronoun may refer."""
_GROUP_SENTENCES_BACK = 1
"""How many sentences back "it" and "they" may refer."""
_BACKGROUND = frozenset(("poss", "compound", "pobj", "nmod"))
_START, _A_SENTENCE, _A_SUBJECT, _NO_SUBJECT, _SPOKE, _FITS, _REPORTED = 10.0, -1.5, 2.5, -1.0, 2.5, 2.0, -2.0
"""Scores: the base, each sentence in between, a subject, the background of a sentence, the last speaker, an agreeing
gender, a mention in reported speech."""


class Antecedent(NamedTuple):
    """A past speaker: the token, the name, and the gender if known."""

    token: int
    name: str
    entity: Entity | None
    gender: str | None
    is_many: bool


class SpeakerResolver:
    """Everybody a story names, and who has spoken so far."""

    def __init__(
        self, tree: Tree, quotations: Quotations, entities: Iterable[Entity], quotes: Sequence[QuoteSpan]
    ) -> None:
        """Index the mentions by their tokens, and which tokens are reported."""
        self.tree, self.quotations = tree, quotations
        places = (
            EntityMention(tree.token_at(mention.end - 1), tree.token_at(mention.start), entity)
            for entity in entities
            for mention in entity.mentions
        )
        self._mentions = sorted(places, key=lambda place: place[:2])
        self._heads = [place.head for place in self._mentions]
        self._over = {token: place for place in self._mentions for token in range(place.first, place.head + 1)}
        self._nominals = NominalCoreference(tree, self._mentions)
        self._reported = bytearray(len(tree))
        for draft in quotes:
            self._reported[draft.first : draft.last] = b"\1" * (draft.last - draft.first)
        self._last: Antecedent | None = None

    def speaker(self, draft: QuoteSpan) -> Speaker | None:
        """Return the speaker of a quote: the mention, and whom it means. Call in the order of the text."""
        if draft.speaker is None:
            return None
        words = self._mention(draft.speaker)
        voice = self._voice(words)
        self._last = voice
        last = max([words.head, *(place.head for place in self._together(words))])
        start, end = self.tree.start[words.first], self.tree.end[last]
        return Speaker(
            start=start,
            end=end,
            text=self.tree.text[start:end],
            entity=voice.entity.id if voice.entity is not None else None,
            name=voice.name,
        )

    def name_around(self, token: int) -> tuple[int, int]:
        """Return the first and last token of the name that a token is in, or the token itself."""
        named = self._over.get(token)
        return (named.first, named.head) if named is not None else (token, token)

    def entity_of(self, head: int, other_than: Collection[str] = ()) -> Entity | None:
        """Return the entity that the noun phrase with this head names or stands for.

        A pronoun stands for none with an id in ``other_than``: in "Ann praised her", she is somebody else.
        """
        words = phrase(self.tree, head)
        named = self._over.get(head) or self._apposed(head)
        if named is not None:
            return named.entity
        if self._may_be_unnamed(head) or self._may_be_several(head, other_than):
            return None
        return self._stands_for(words, other_than)

    def _may_be_several(self, head: int, other_than: Collection[str]) -> bool:
        """Return whether a pronoun's sentence and the one before name several people whom it may mean."""
        tree = self.tree
        gender = _GENDERED.get(tree.lower[head])
        if gender is None:
            return False
        earliest, _ = tree.sentences[max(0, tree.sentence[head] - 1)]
        near = self._mentions[bisect_left(self._heads, earliest) : bisect_left(self._heads, head)]
        people = {
            place.entity.id
            for place in near[-_MOST_NEAR:]
            if place.entity.type == "PERSON" and self._nominals.gender(place.entity) in (None, gender)
        }
        return len(people.difference(other_than)) > 1

    def _may_be_unnamed(self, head: int) -> bool:
        """Return whether a pronoun may mean somebody whom its sentence introduces before: "arrested a man as he …"."""
        tree = self.tree
        gender = _GENDERED.get(tree.lower[head])
        first, _ = tree.sentences[tree.sentence[head]]
        return gender is not None and any(
            tree.lower[det] in _INTRODUCING and is_somebody(tree.lower[tree.head[det]], gender)
            for det in range(first, head)
            if tree.dep[det] == "det" and tree.head[det] not in self._over and self._apposed(tree.head[det]) is None
        )

    def _mention(self, words: Phrase) -> Phrase:
        """Return the name in a noun phrase, or the phrase if it has none."""
        named = self._over.get(words.head) or self._apposed(words.head) or self._titled(words.head)
        if named is None:
            return words
        return Phrase(named.first, named.head if named.head < words.first else max(named.head, words.head))

    def _voice(self, words: Phrase) -> Antecedent:
        named = self._over.get(words.head)
        together = self._together(words)
        if named is None and (voice := self._before_spoke(words)) is not None:
            return voice._replace(token=words.head)
        if named is None and (meant := self._meant(words)) is not None:
            return self._voice(meant)._replace(token=words.head)
        entity = named.entity if named is not None else self._stands_for(words)
        own = (
            entity.name
            if entity is not None
            else self.tree.text[self.tree.start[words.first] : self.tree.end[words.head]]
        )
        name = " and ".join(dict.fromkeys([own, *(place.entity.name for place in together)]))
        if entity is not None and entity.type == "PERSON":
            gender = self._nominals.gender(entity)
        else:
            gender = gender_of_words(self.tree.lower[words.first : words.head + 1])
        return Antecedent(words.head, name, entity, gender, bool(together) or _is_plural(self.tree.lower[words.head]))

    def _together(self, words: Phrase) -> list[EntityMention]:
        """Return others named in conjunction: "Xi and Putin"."""
        found = []
        for child in self.tree.children[words.head]:
            place = self._over.get(child)
            if self.tree.dep[child] == "conj" and place is not None and place.entity.type in ("PERSON", "ORG", "GPE"):
                found.append(place)
        return found

    def _apposed(self, head: int) -> EntityMention | None:
        types = ("PERSON",) if is_person(self.tree.lower[head]) else ("PERSON", "ORG")
        for child in self.tree.children[head]:
            if self.tree.dep[child] == "appos" and (place := self._over.get(child)) is not None:
                return place if place.entity.type in types else None
        return None

    def _titled(self, head: int) -> EntityMention | None:
        """Return the person whose title is a noun with words of its own: "Director for Land Transport Ivan Noguera"."""
        tree = self.tree
        if not is_person(tree.lower[head]):
            return None
        last = tree.right[head]
        while last > head and not tree.word[last][0].isalnum():
            last -= 1
        place = self._over.get(last)
        if place is None or place.entity.type != "PERSON" or place.head != last or place.first <= head + 1:
            return None
        before = place.first - 1
        while before > head and tree.word[before][0].isupper() and is_person(tree.lower[before]):
            before -= 1
        if tree.word[before] == ",":
            # "the mother of the victim, Ann Lee": either may be meant.
            before -= 1
            return None if is_person(tree.lower[before]) else place
        return place if tree.word[before][0].isupper() else None

    def _meant(self, words: Phrase) -> Phrase | None:
        """Return who is meant by a relative pronoun that no name precedes, or by what somebody wrote."""
        tree, form = self.tree, self.tree.lower[words.head]
        if form in _RELATIVES:
            clause = next((each for each in tree.ancestors(words.head) if tree.dep[each] == "relcl"), None)
            return None if clause is None else phrase(tree, tree.head[clause])
        if form not in _DOCUMENTS:
            return None
        owner = tree.child(words.head, "poss")
        by = (
            each
            for child in tree.children[words.head]
            for each in tree.children[child]
            if tree.dep[each] == "pobj" and (tree.lower[child] in ("by", "from") or self._is_of_maker(child, each))
        )
        maker = next(by, None) if owner is None else owner
        return None if maker is None else self._mention(phrase(tree, maker))

    def _is_of_maker(self, preposition: int, noun: int) -> bool:
        """Return whether an organization made a document: "a press release of the European Commission"."""
        place = self._over.get(noun)
        return self.tree.lower[preposition] == "of" and place is not None and place.entity.type == "ORG"

    def _before_spoke(self, words: Phrase) -> Antecedent | None:
        """Return the last unnamed speaker, if a pronoun or "the …" refers to them."""
        tree, last = self.tree, self._last
        if last is None or last.entity is not None or last.token >= words.head:
            return None
        if tree.sentence[words.head] - tree.sentence[last.token] > _SENTENCES_BACK // 2:
            return None
        form, head = tree.lower[words.head], last.name.lower().split()[-1]
        if form in _PLURALS:
            return last if last.is_many else None
        if form == "it":
            return None if last.is_many or is_person(head) or head in _GENDERED else last
        if form in _GENDERED:
            speaks = not last.is_many and not is_group(head) and head not in {form, *_WRITTEN}
            fits = speaks and last.gender in (None, _GENDERED[form])
            return last if fits and self._person(words.head, _GENDERED[form], last.token) is None else None
        same = form == head and words.first < words.head and tree.lower[words.first] == "the"
        return last if same and len(last.name.split()) > words.head - words.first + 1 else None

    def _stands_for(self, words: Phrase, other_than: Collection[str] = ()) -> Entity | None:
        form = self.tree.lower[words.head]
        if form in _RELATIVES:
            return self._antecedent_of_relative(words.head)
        if form in _GENDERED:
            return self._person(words.head, _GENDERED[form], other_than=other_than)
        if form == "it":
            return self._group(words.head, ("ORG", "GPE"), other_than)
        if form in _PLURALS:
            return self._group(words.head, ("ORG",), other_than)
        return self._nominals.resolve(words, self._mentions[: bisect_left(self._heads, words.first)])

    def _antecedent_of_relative(self, token: int) -> Entity | None:
        tree = self.tree
        clause = next((t for t in tree.ancestors(token) if tree.dep[t] == "relcl"), None)
        if clause is None:
            place = self._before(token)
            return place[-1].entity if place and token - place[-1].head <= 2 else None
        head = tree.head[clause]
        named = self._over.get(head) or self._apposed(head)
        if named is not None:
            return named.entity
        return self._nominals.resolve(phrase(tree, head), self._mentions[: bisect_left(self._heads, head)])

    def _before(self, token: int) -> list[EntityMention]:
        """Return the mentions before a token, in its last sentences, outside of quotation marks."""
        tree = self.tree
        earliest = tree.sentences[max(0, tree.sentence[token] - _SENTENCES_BACK)][0]
        near = self._mentions[bisect_left(self._heads, earliest) : bisect_left(self._heads, token)][-_MOST_BEFORE:]
        return [place for place in near if not self.quotations.inside[place.head] or self.quotations.inside[token]]

    def _person(self, token: int, gender: str, since: int = -1, other_than: Collection[str] = ()) -> Entity | None:
        """Return whom a singular pronoun means; only those named after the token ``since``."""
        tree = self.tree
        best, best_score = None, 0.0
        for place in self._before(token):
            known = self._nominals.gender(place.entity) if place.entity.type == "PERSON" else None
            if place.entity.type != "PERSON" or known not in (None, gender) or place.head <= since:
                continue
            if place.entity.id in other_than:
                continue
            role = self._role(place)
            score = _START + _A_SENTENCE * (tree.sentence[token] - tree.sentence[place.head]) + 1e-4 * place.head
            score += _A_SUBJECT if role in SUBJECTS else _NO_SUBJECT if role in _BACKGROUND else 0.0
            score += _FITS * (known == gender)
            score += _SPOKE * (
                self._last is not None and self._last.entity == place.entity and self._last.token < token
            )
            score += _REPORTED * (self._reported[place.head] and not self._reported[token])
            if score > best_score:
                best, best_score = place.entity, score
        return best

    def _role(self, place: EntityMention) -> str:
        """Return a mention's syntactic role; one in apposition has the role of its noun."""
        tree = self.tree
        token = syntactic_head(tree, place)
        while tree.dep[token] in ("appos", "conj") and tree.head[token] != token:
            token = tree.head[token]
        return tree.dep[token]

    def _group(self, token: int, types: tuple[str, ...], other_than: Collection[str]) -> Entity | None:
        """Return the organization or country that spoke last, else the last that acted."""
        found, last = None, self._last
        sentence = self.tree.sentence
        if last is not None and last.token < token and sentence[token] - sentence[last.token] <= _SENTENCES_BACK // 2:
            entity = last.entity
            if entity is not None and entity.type in types and entity.id not in other_than:
                return entity
        near = (each for each in self._before(token) if sentence[token] - sentence[each.head] <= _GROUP_SENTENCES_BACK)
        for place in near:
            is_other = place.entity.id not in other_than and self._reported[place.head] <= self._reported[token]
            if place.entity.type in types and is_other and self._role(place) in SUBJECTS:
                found = place.entity
        return found


def _is_plural(noun: str) -> bool:
    return noun in ("people", "police", "both", "they") or (noun.endswith("s") and not noun.endswith(("ss", "us")))
