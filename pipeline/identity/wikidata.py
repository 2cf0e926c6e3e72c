"""Look up the Wikidata identifiers that ship with the project: of countries, and of members of the US Congress."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pipeline.annotations import Place

_OF_CONGRESS = re.compile(r"\b(?:senator|representative|congress(?:man|woman)|senate|house|speaker)\b", re.I)


def wikidata_of(key: str, place: Place | None, roles: Iterable[str]) -> str | None:
    """Return the identifier of a country, or of a member of Congress, or None.

    Others share the names of members of Congress, so that a story must give the person such a role.
    """
    if place is not None:
        return _known()["geonames"].get(str(place.geonameid))
    if any(map(_OF_CONGRESS.search, roles)):
        return _known()["legislators"].get(key)
    return None


@cache
def _known() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        files("pipeline.identity").joinpath("wikidata.json").read_text(encoding="utf-8")
    )
    return found
