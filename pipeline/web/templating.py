"""Load the templates and their filters."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from pipeline.documents.event import NUMBERS, date_text, number_text
from pipeline.search.countries import country_name
from pipeline.search.filters import COUNTRY_FILTERS
from pipeline.search.groups import also_text, difference_text, relation, withdrawal_text
from pipeline.search.query_body import MARKS
from pipeline.search.render import count_text

FOLDER = Path(__file__).parent / "templates"
_MATTER = 6
"""How many of the names that a story is about are shown."""
_FIRST = 3
STATIC = Path(__file__).parent / "static"


def marked(text: str) -> Markup:
    """Return the escaped text with matches in ``<mark>``."""
    safe = str(escape(text))
    return Markup(safe.replace(MARKS[0], "<mark>").replace(MARKS[1], "</mark>"))  # noqa: S704 - escaped above


def matter(story: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the names that a story is about, or else those that it has first, with the class of their kind."""
    kinds = {"people": "PERSON", "organizations": "ORG", "places": "GPE"}
    known = {name: kind for field, kind in kinds.items() for name in story.get(field, ())}
    firsts = [name for field in kinds for name in story.get(field, ())[:_FIRST]]
    names = [name for name in story.get("salient", ()) if name in known][:_MATTER] or firsts
    return [(name, known[name]) for name in names]


def duration(long: timedelta) -> str:
    """Return a duration in its largest whole unit: ``3 h``, ``1 day``."""
    seconds = int(long.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def delay(long: timedelta) -> str:
    """Return how much later something was in its two largest units: ``+2 h 5 min``, ``+40 s``."""
    seconds, found = int(long.total_seconds()), []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        found += [f"{number} {unit}"] if number else []
    return f"+{' '.join(found[:2]) or '0 s'}"


def coded(text: str) -> Markup:
    """Return the escaped text with what stands between backticks in ``<code>``."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped above


def plotted(values: Sequence[float | None]) -> str:
    """Return the values as the path of a line, 1 wide and 1 high from the top left, with gaps where there is none."""
    most = max((value for value in values if value is not None), default=0.0) or 1.0
    path, move = [], "M"
    for number, value in enumerate(values):
        if value is None:
            move = "M"
            continue
        at = f"{number / max(1, len(values) - 1):.3f} {1 - value / most:.3f}"
        # A value alone is a dot, which a line of no length draws.
        path.append(f"{move}{at}" + (f"L{at}" if move == "M" else ""))
        move = "L"
    return "".join(path)


templates = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
templates.filters |= {
    "marked": marked,
    "duration": duration,
    "delay": delay,
    "also": also_text,
    "differences": difference_text,
}
templates.filters |= {"withdrawal": withdrawal_text, "relation": relation, "counted": count_text}
templates.filters |= {"people": number_text, "dated": date_text}
templates.filters |= {"country": country_name, "matter": matter, "plotted": plotted, "coded": coded}
templates.globals["numbers"] = NUMBERS
templates.globals["country_filters"] = COUNTRY_FILTERS


def rendered(template: str, /, **about: object) -> str:
    """Render a page; ``q`` is the text in its search box, ``here`` the current section."""
    return templates.get_template(template).render({"q": "", "here": ""} | about)
