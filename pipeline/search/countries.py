"""Names and ISO 3166 codes of countries, as people give them and read them."""

from pipeline.errors import ConfigurationError
from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.place_names import COUNTRIES_OF


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


def country_or_region(text: str) -> str:
    """Return the code of a country by its name or code, or the name of a region that has several.

    Raises ConfigurationError for what is neither.
    """
    name = " ".join(text.split())
    if region := next((each for each in COUNTRIES_OF if each.casefold() == name.casefold()), None):
        return region
    if len(name) == len("US") and name.isalpha():
        return name.upper()
    found = (place.country for place in gazetteer().candidates(name) if place.kind == "country")
    if code := next(found, None):
        return code
    regions = ", ".join(COUNTRIES_OF)
    raise ConfigurationError(f"no country {text!r}; give its name, its ISO 3166 code such as TH, or one of {regions}")


def codes_of(value: str) -> list[str]:
    """Return the codes that a code or the name of a region stands for."""
    return COUNTRIES_OF[value].split() if value in COUNTRIES_OF else [value]
