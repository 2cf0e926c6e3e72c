"""How alike two stories are, from signatures of a few hundred bytes.

Two MinHashes (Broder 1997, by datasketch): one of the words (single ones and pairs), one of the
facts (names and numbers). Copies of a story that agencies re-edit keep most of both; stories made
after the same pattern (results, markets, weather) share the words but not the facts, and stories
about the same thing share the facts but not the words.
"""

import base64
import itertools
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from datasketch import MinHash

from pipeline.annotations import Value
from pipeline.story import Story

_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:;”\"])\s+|\n")
_MOST_TOKENS = 5_000
_FEWEST_TOKENS = 12
_FEWEST_FACTS = 4
_PERMUTATIONS = 128
_WORD_ROWS, _FACT_ROWS = 3, 2
"""Values in one band: at a likeness of 0.45 a pair meets in one of the bands 98 times in 100."""
_WORD_BANDS, _FACT_BANDS = 42, 32
_COMMON = frozenset(
    "the a an of to in and that is was for on it with as at by be he she they his her their its from has have had "
    "were are this which will not but said say says would been or who more than also after".split()
)


class Signature(Value):
    """What is kept of a story's text: two MinHashes (base64) and how many facts there were."""

    words: str
    facts: str
    factcount: int

    def bands(self) -> list[str]:
        """The keys under which it is found: alike stories share at least one."""
        return [
            *_bands("w", _values(self.words), _WORD_ROWS, _WORD_BANDS),
            *(_bands("f", _values(self.facts), _FACT_ROWS, _FACT_BANDS) if self.factcount >= _FEWEST_FACTS else ()),
        ]


@dataclass(frozen=True)
class Likeness:
    """Estimated Jaccard indices of two stories' words and facts, 0 to 1; facts None where there are few."""

    words: float
    facts: float | None

    @property
    def same_story(self) -> bool:
        """Whether one is a copy of the other.

        Thresholds from real articles and edited copies of them: copies with a third of the words
        of lead and boiler-plate replaced have a mean of both of 0.6 and more, different articles on
        the same matter under 0.37, long stories after one pattern under 0.45.
        """
        if self.facts is None:
            return self.words >= 0.55
        return self.words >= 0.33 and self.facts >= 0.44 and self.words + self.facts >= 0.82

    @property
    def same_matter(self) -> bool:
        """Whether both are about the same thing, whoever wrote them."""
        return self.same_story or (self.facts is not None and self.facts >= 0.2 and self.words >= 0.09)


@dataclass(frozen=True)
class Signed:
    """A story's signature, its place in the order in which stories came, and which feed it came from."""

    uri: str
    origin: str
    order: int
    signature: Signature


def judge(
    signature: Signature, origin: str, order: int | None, others: Sequence[Signed]
) -> tuple[str | None, str | None]:
    """Of the stories before this one, the uri of the first it is a copy of, and of the one most about its matter.

    ``order`` is the story's own place, None if it has none yet: then all others are before it. A
    feed does not copy itself: what it sends under two uris it means to be two stories.
    """
    before = [other for other in others if order is None or other.order < order]
    likes = [(compare(signature, other.signature), other) for other in before]
    copied = [other for like, other in likes if like.same_story and other.origin != origin]
    original = min(copied, key=lambda other: other.order, default=None)
    matters = [(like.words + (like.facts or 0.0), -other.order, other.uri) for like, other in likes if like.same_matter]
    return (original.uri if original else None), max(matters)[2] if matters else None


def sign(story: Story) -> Signature | None:
    """The signature of a story's body, None for one too short to be told from others."""
    tokens = _TOKEN.findall(story.body)[:_MOST_TOKENS]
    if len(tokens) < _FEWEST_TOKENS:
        return None
    facts = set(_facts(story.body))
    return Signature(
        words=_minhash(_features([token.lower() for token in tokens])), facts=_minhash(facts), factcount=len(facts)
    )


def compare(one: Signature, other: Signature) -> Likeness:
    """How alike two stories are."""
    enough = min(one.factcount, other.factcount) >= _FEWEST_FACTS
    return Likeness(
        words=_jaccard(one.words, other.words),
        facts=_jaccard(one.facts, other.facts) if enough else None,
    )


def _features(words: list[str]) -> set[str]:
    return {word for word in words if word not in _COMMON} | {f"{a} {b}" for a, b in itertools.pairwise(words)}


def _facts(text: str) -> Iterator[str]:
    """Numbers, and capitalised words that do not open a sentence."""
    seen = 0
    for sentence in _SENTENCE.split(text):
        tokens = _TOKEN.findall(sentence)
        yield from (t.lower() for n, t in enumerate(tokens) if t[0].isdigit() or (n and t[0].isupper()))
        seen += len(tokens)
        if seen > _MOST_TOKENS:
            return


def _minhash(features: set[str]) -> str:
    signature = MinHash(num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
    signature.update_batch([feature.encode("utf-8", "replace") for feature in features])
    return base64.b64encode(signature.hashvalues.astype("<u4").tobytes()).decode()


def _values(signature: str) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    return np.frombuffer(base64.b64decode(signature), dtype="<u4")


def _jaccard(one: str, other: str) -> float:
    return float(np.mean(_values(one) == _values(other)))


def _bands(name: str, values: "np.ndarray[tuple[int], np.dtype[np.uint32]]", rows: int, number: int) -> Iterator[str]:
    for band in range(number):
        part = values[band * rows : (band + 1) * rows].tobytes()
        yield f"{name}{band}.{blake2b(part, digest_size=6).hexdigest()}"
