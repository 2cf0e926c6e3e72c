"""Load what was learned about reporting: ``reporting.json``, written by ``training/reporting.py``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that ships with the project."""
    read = json.loads(files("pipeline.annotate.quotes").joinpath("reporting.json").read_text(encoding="utf-8"))
    return Lexicon(**read)
