"""Tell which country's government is meant where its capital speaks or acts: "Washington said"."""

import json
from functools import cache
from importlib.resources import files

from pipeline.identity.name_usage import Identity


def government_of(key: str) -> Identity | None:
    """Return the country whose capital has this key, or None. Cities themselves neither speak nor act."""
    country = _seats().get(key)
    return Identity("GPE", *country) if country else None


@cache
def _seats() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(
        files("pipeline.identity").joinpath("seats.json").read_text(encoding="utf-8")
    )
    return found
