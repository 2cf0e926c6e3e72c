"""Load what was learned about reporting: ``reporting.json``, written by ``training/reporting.py``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pipeline.annotate.quotes.features import Group, features_of

_KEPT_GROUPS = 20_000
"""When the weights of so many groups are kept, all are forgotten."""


@dataclass(frozen=True)
class Lexicon:
    """The forms that may be cues, with their lemmas, and the weight of each feature.

    ``weights`` are those of a report's candidates, ``unattributed`` those of a stretch that no report covers.
    """

    lemmas: Mapping[str, str]
    weights: Mapping[str, float]
    bias: float
    unattributed: Mapping[str, float]
    unattributed_bias: float
    _groups: dict[Group, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def weight(self, group: Group) -> float:
        """Return the sum of the weights of a group's features."""
        known = self._groups.get(group)
        if known is None:
            if len(self._groups) >= _KEPT_GROUPS:
                self._groups.clear()
            known = self._groups[group] = sum(self.weights.get(name, 0.0) for name in features_of(group))
        return known


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that ships with the project."""
    read = json.loads(files("pipeline.annotate.quotes").joinpath("reporting.json").read_text(encoding="utf-8"))
    return Lexicon(**read)
