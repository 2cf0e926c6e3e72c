"""Where a whole story takes place and what it is about, against what a careful reader says who saw no output.

python -m scoring.about [--part train] [--json]
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.annotate.model import LanguageModels
from pipeline.annotations import Entity
from pipeline.knowledge.gazetteer import gazetteer
from pipeline.settings import load
from pipeline.story import AnnotatedStory
from scoring.gold import Ruler, aligned
from scoring.whole import DATA, WholeStory, annotated, is_same_name, ratio, shared, stories

_ANYWHERE = ("region", "water")
"""Kinds of places that may lie in several countries."""
_USUAL = {"palestinian territories": "PS", "palestinian territory": "PS", "vatican": "VA"}
_MOST = 5


def country_code(name: str | None) -> str | None:
    """Return the ISO code of a country by its name or code, None for what is none."""
    if not name or (len(name) == 2 and name.isupper()):
        return name or None
    plain = name.removeprefix("the ").removeprefix("The ")
    found = (each.country for each in gazetteer().candidates(plain) if each.kind == "country")
    return next(found, None) or _USUAL.get(plain.casefold())


def measure(found: Sequence[WholeStory], printed: Sequence[AnnotatedStory]) -> dict[str, dict[str, Any]]:
    """Return what of the labelled places, topics, countries and names is printed, and what of the printed is right."""
    counted: Counter[str] = Counter()
    for story, annotations in zip(found, printed, strict=True):
        counted += _places(story, annotations)
        counted += _about(story, annotations)
    part = counted.__getitem__
    return {
        "places": {
            "labelled": part("places"),
            "located": ratio(part("located"), part("places")),
            "country right": ratio(part("country"), part("located")),
        },
        "topics": {
            "first": ratio(part("first"), part("stories")),
            "precision": ratio(part("topics right"), part("topics printed")),
            "recall": ratio(part("topics right"), part("topics")),
        },
        "focus": {
            "precision": ratio(part("focus right"), part("focus printed")),
            "recall": ratio(part("focus right"), part("focus")),
        },
        "names": {"of five": ratio(part("salient right"), part("salient"))},
    }


def _places(story: WholeStory, printed: AnnotatedStory) -> Counter[str]:
    place_of = aligned(Ruler(story.text), Ruler(printed.body))
    mentions = [(place_of(each.start, each.end), entity) for entity in printed.entities for each in entity.in_body]
    kept = "".join(printed.body.split())
    counted: Counter[str] = Counter()
    for label in story.places:
        if not _is_kept(story, label.where, kept):
            continue
        counted["places"] += 1
        named = (entity for where, entity in mentions if where and shared(where, label.where) > 0)
        place = next((entity.place for entity in named if entity.place), None)
        if place:
            counted["located"] += 1
            counted["country"] += label.kind in _ANYWHERE or place.country == country_code(label.country)
    return counted


def _is_kept(story: WholeStory, where: tuple[int, int], body: str) -> bool:
    """Return whether the words of a labelled place are left in the body."""
    return "".join(story.text.split())[where[0] : where[1]] in body


def _about(story: WholeStory, printed: AnnotatedStory) -> Counter[str]:
    told, counted = story.about, Counter[str]()
    topics = [subject.name for subject in printed.subject if subject.creator == "wire"]
    right = [name for name in topics if name in told.topics]
    counted.update(
        {"stories": 1, "topics": len(told.topics), "topics printed": len(topics), "topics right": len(right)}
    )
    counted["first"] += bool(topics) and topics[0] in told.topics
    country = country_code(told.country)
    counted["focus"] += country is not None
    counted["focus printed"] += printed.focus is not None
    counted["focus right"] += printed.focus is not None and printed.focus.country == country
    best: list[Entity] = sorted(printed.entities, key=lambda each: -(each.salience or 0))[:_MOST]
    counted["salient"] += len(told.salient[:_MOST])
    counted["salient right"] += sum(any(is_same_name(one.name, name) for one in best) for name in told.salient[:_MOST])
    return counted


def main() -> None:
    """Print the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="held_out", choices=["train", "held_out"], help="which stories")
    parser.add_argument("--json", action="store_true", help="print one object instead of tables")
    args = parser.parse_args()
    found = stories(args.part)
    result = measure(found, list(annotated(LanguageModels(load().spacy.model), found)))
    if args.json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    out = Console(soft_wrap=True, highlight=False)
    if not found:
        out.print(f"no texts in {DATA}")
        return
    for name, values in result.items():
        table = Table(*values, title=f"{name} of {len(found)} whole stories", box=None, title_justify="left")
        table.add_row(*map(str, values.values()))
        out.print(table)


if __name__ == "__main__":
    main()
