"""Names and ISO 3166 codes of countries, as people give them and read them."""

from pipeline.errors import ConfigurationError
from pipeline.knowledge.gazetteer import gazetteer


def country_name(code: str) -> str:
    """Return the name of a country by its code; the code itself if there is none."""
    try:
        return gazetteer().nation(code).name
    except KeyError:
        return code


def country_middle(code: str) -> tuple[float, float] | None:
    """Return the latitude and longitude of the middle of a country, None if there is no such country."""
    try:
        place = gazetteer().nation(code)
    except KeyError:
        return None
    return place.lat, place.lon


def country_code(text: str) -> str:
    """Return the code of a country by its name or code. Raises ConfigurationError if there is none."""
    name = " ".join(text.split())
    if len(name) == len("US") and name.isalpha():
        return name.upper()
    found = (place.country for place in gazetteer().candidates(name) if place.kind == "country")
    if code := next(found, None):
        return code
    raise ConfigurationError(f"no country {text!r}; give its name, or its ISO 3166 code such as TH")
