"""Tell whether a story that resembles another says something else: another number, a "not", the opposite.

Whoever watches news watches for exactly these, so that such a story is no copy, however alike the words are. Only the
lead is compared: agencies add lines of their own at the end.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.story import Story

_LEAD = 60
"""How many words of the headline and the body tell what a story is about."""
_WORD = re.compile(r"[^\W_]+(?:[.,:'’/-][^\W_]+)*")
_SPELLED = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands dozen "
    "dozens million millions billion billions half double triple".split()
)
_UNITS = frozenset("minute minutes hour hours day days week weeks month months year years".split())
_DENIALS = frozenset(
    "not no never without none nobody neither nor cannot fails failed denies denied deny refuses refused".split()
)
_OPPOSITE_WORDS = """
rise rises rose risen gain gains gained climb climbed up higher increase increased raise raises raised
  / fall falls fell fallen drop drops dropped slip slips slipped down lower decrease decreased cut cuts lowered
win wins won beat beats victory / lose loses lost defeat defeated loss
admit admits admitted confirm confirms confirmed / deny denies denied
approve approves approved accept accepts accepted / reject rejects rejected block blocks blocked veto vetoed
unchanged hold holds keep keeps steady / raises raised cut cuts lowered change changes
alive survive survives survived / dead die dies died killed
guilty convicted / acquitted cleared innocent
open opens opened reopen reopens reopened / close closes closed shut shuts
start starts started begin begins began / end ends ended stop stops stopped halt halts halted
release releases released free freed / detain detained arrest arrested jail jailed held
"""
_OPPOSITES = {
    word: f"{number}{sign}"
    for number, line in enumerate(_OPPOSITE_WORDS.replace("\n  /", " /").strip().splitlines())
    for sign, words in zip("+-", line.split(" / "), strict=True)
    for word in words.split()
}


@dataclass(frozen=True)
class Claims:
    """What two tellings of the same may contradict each other in.

    ``lead`` are the numbers of the lead and ``numbers`` those of the whole text, ``denials`` counts the words that
    deny, ``sides`` the words of either side of opposites.
    """

    lead: frozenset[str]
    numbers: frozenset[str]
    denials: int
    sides: Counter[str]

    @classmethod
    def of(cls, story: Story) -> "Claims":
        """Return those of a story."""
        words = [word.lower() for word in _WORD.findall(story.body)]
        lead = words[:_LEAD]
        return cls(
            lead=_numbers(lead),
            numbers=_numbers(words),
            denials=sum(word in _DENIALS or word.endswith(("n't", "n’t")) for word in lead),
            sides=Counter(side for word in lead if (side := _OPPOSITES.get(word))),
        )


def contradict(one: Claims, other: Claims) -> bool:
    """Return whether either lead has a number, a denial or the opposite of a word that the other story lacks."""
    if one.lead - other.numbers or other.lead - one.numbers:
        return True
    if one.denials != other.denials:
        return True
    return any(
        one.sides[f"{pair}{a}"] > other.sides[f"{pair}{a}"] and one.sides[f"{pair}{b}"] < other.sides[f"{pair}{b}"]
        for pair in {side[:-1] for side in one.sides | other.sides}
        for a, b in ("+-", "-+")
    )


def _numbers(words: Sequence[str]) -> frozenset[str]:
    """Return the numbers, without those of durations: what one agency calls 14 days, another calls two weeks."""
    pairs = pairwise([*words, ""])
    return frozenset(word for word, after in pairs if (word[0].isdigit() or word in _SPELLED) and after not in _UNITS)
