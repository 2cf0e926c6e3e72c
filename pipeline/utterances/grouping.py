"""Group quotes into utterances: the same words, by the same speaker as far as one is named.

A group is a connected component of quotes that are alike in pairs, so that it depends on the quotes alone and not on
their order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any

from pipeline.utterances.quoted_words import FEWEST, common_words, differences, fingerprints, quoted_text, words_of

SPAN = timedelta(days=14)
"""How far apart two stories may be that quote the same utterance; later, people say the same words again."""
_SAME_SPEAKER, _OPEN, _OTHER_SPEAKER = 0.55, 0.7, 0.85
"""How much of the shorter quote the longer must have: of one speaker, if a speaker is open, of two."""
_FEWEST_OPEN = 7
"""How many words two quotes must share if they do not name the same speaker; fewer may be a slogan."""


@dataclass(frozen=True)
class QuoteUse:
    """A quote's document, as it is compared."""

    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its story's uri and its number there."""
        return f"{self.document['story']['uri']}#{self.document['id']}"

    @property
    def at(self) -> datetime:
        """When its story was written."""
        return datetime.fromisoformat(self.document["story"]["versioncreated"])

    @cached_property
    def text(self) -> str:
        """The quoted stretches."""
        return quoted_text(self.document)

    @cached_property
    def words(self) -> list[str]:
        """The words that count."""
        return words_of(self.text)

    @property
    def speaker(self) -> str | None:
        """The key of the speaker, if one is named."""
        key: str | None = (self.document.get("speaker") or {}).get("key")
        return key

    @property
    def speaker_name(self) -> str | None:
        """The speaker as lists have it, or as the story does."""
        speaker = self.document.get("speaker") or {}
        name: str | None = speaker.get("listed") or speaker.get("name")
        return name

    @property
    def source(self) -> str:
        """Who published it."""
        return str(self.document["story"]["source"]["name"])


@dataclass(frozen=True)
class Wording:
    """One wording of an utterance, with the quotes that have it, oldest first.

    ``differences`` are against the longest wording; see ``words.differences``.
    """

    text: str
    quotes: tuple[QuoteUse, ...]
    differences: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Utterance:
    """What somebody said, by the quotes that report it, oldest first.

    ``speaker`` is whom most stories name, ``others`` are those whom some name instead.
    """

    id: str
    speaker: str | None
    others: tuple[str, ...]
    quotes: tuple[QuoteUse, ...]
    wordings: tuple[Wording, ...]

    @property
    def longest(self) -> str:
        """The longest wording."""
        return _longest(wording.text for wording in self.wordings)

    @property
    def sources(self) -> list[str]:
        """Who published it, the first one first."""
        return list(dict.fromkeys(quote.source for quote in self.quotes))

    @property
    def stories(self) -> list[str]:
        """The uris of the stories that quote it, the oldest first."""
        return list(dict.fromkeys(quote.document["story"]["uri"] for quote in self.quotes))


def is_same(one: QuoteUse, other: QuoteUse) -> bool:
    """Return whether two quotes report the same utterance."""
    shorter = min(len(one.words), len(other.words))
    if shorter < FEWEST or abs(one.at - other.at) > SPAN:
        return False
    common = common_words(one.words, other.words)
    if common < FEWEST:
        return False
    if one.speaker is None or other.speaker is None:
        return common >= max(_OPEN * shorter, _FEWEST_OPEN)
    if one.speaker == other.speaker:
        return common >= _SAME_SPEAKER * shorter
    return common >= max(_OTHER_SPEAKER * shorter, _FEWEST_OPEN)


def grouped(quotes: Iterable[QuoteUse]) -> list[Utterance]:
    """Return the utterances of these quotes, the one in most stories first."""
    known = {quote.id: quote for quote in quotes if len(quote.words) >= FEWEST}
    parents = {id_: id_ for id_ in known}

    def root(id_: str) -> str:
        while parents[id_] != id_:
            id_ = parents[id_]
        return id_

    sharing: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(known):
        for mark in fingerprints(known[id_].words):
            for other in sharing[mark]:
                ours, theirs = root(id_), root(other)
                if ours != theirs and is_same(known[id_], known[other]):
                    parents[max(ours, theirs)] = min(ours, theirs)
            sharing[mark].append(id_)
    groups: dict[str, list[QuoteUse]] = defaultdict(list)
    for id_, quote in known.items():
        groups[root(id_)].append(quote)
    return sorted(map(_utterance, groups.values()), key=lambda each: (-len(each.stories), -len(each.sources), each.id))


def _utterance(quotes: Sequence[QuoteUse]) -> Utterance:
    ordered = sorted(quotes, key=lambda quote: (quote.at, quote.id))
    names = Counter(quote.speaker_name for quote in ordered if quote.speaker and quote.speaker_name)
    ranked = sorted(names, key=lambda name: (-names[name], name))
    unnamed = (quote.speaker_name for quote in ordered if quote.speaker_name)
    by_words: dict[str, list[QuoteUse]] = defaultdict(list)
    for quote in ordered:
        by_words[" ".join(quote.words)].append(quote)
    longest = _longest(same[0].text for same in by_words.values())
    wordings = tuple(
        Wording(same[0].text, tuple(same), tuple(differences(longest, same[0].text))) for same in by_words.values()
    )
    first = blake2b(ordered[0].id.encode("utf-8", "replace"), digest_size=8).hexdigest()
    speaker = ranked[0] if ranked else next(unnamed, None)
    return Utterance(first, speaker, tuple(ranked[1:]), tuple(ordered), wordings)


def _longest(texts: Iterable[str]) -> str:
    return max(texts, key=lambda text: (len(words_of(text)), text))
