"""Load what was learned about reporting: ``reporting.json``, written by ``training/reporting.py``."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from pipeline.languages.en.quotes.candidate_features import Group, features_of

_KEPT_GROUPS = 20_000
"""The weights of so many groups are kept."""


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

    @cached_property
    def weight(self) -> Callable[[Group], float]:
        """What returns the sum of the weights of a group's features, and keeps it for the next candidate."""
        return lru_cache(_KEPT_GROUPS)(lambda group: sum(self.weights.get(name, 0.0) for name in features_of(group)))


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that ships with the project."""
    read = json.loads(files("pipeline.languages.en.quotes").joinpath("reporting.json").read_text(encoding="utf-8"))
    return Lexicon(**read)
