"""Inputs that were once read wrongly, each with what is right: rows of the tables beside this file.

A row has the ``id`` of its kind, the input (``text``, or ``file`` in ``files/``), the ``command`` (``parse``, or
``annotate`` by default) and what to ``expect`` of the printed stories; ``published`` and ``source`` are options of the
command. ``name`` is the input's file name, where that matters.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

from pipeline import formats
from pipeline.annotate.story_annotation import annotate_stories
from pipeline.clean import clean
from pipeline.documents.event import highest
from pipeline.errors import NoStory, PermanentError
from pipeline.feeds import ItemReader, Rejected
from pipeline.story import Story
from tests.conftest import load_models

HERE = Path(__file__).parent
LIMIT = 8 << 20
_PUBLISHED = "2026-05-14T15:00:00Z"

Printed = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """An input, and what is right."""

    id: str
    table: str
    number: int
    value: bytes
    expect: Mapping[str, Any]
    command: str = "annotate"
    published: str = _PUBLISHED
    source: str | None = None
    name: str = "case.txt"

    @property
    def label(self) -> str:
        """Names the row: its kind, its table and its place there."""
        return f"{self.id}-{self.table}-{self.number}"

    @property
    def beginning(self) -> str:
        """The first words of the input, on one line."""
        return " ".join(self.value.decode("utf-8", "replace").split())[:90]


def cases() -> list[Case]:
    """Return the rows of all tables."""
    return [case for path in sorted(HERE.glob("*.toml")) for case in _of(path)]


def _of(path: Path) -> Iterator[Case]:
    for number, row in enumerate(tomllib.loads(path.read_text())["case"], 1):
        fields = dict(row)
        value = (HERE / "files" / fields.pop("file")).read_bytes() if "file" in fields else fields.pop("text").encode()
        yield Case(table=path.stem, number=number, value=value, **fields)


def wrong(case: Case) -> list[str]:
    """Return what is wrong with what is printed for a case: nothing, if it is right."""
    stories, refused = _stories(case)
    expect = dict(case.expect)
    found = [f"{len(stories)} stories"] if len(stories) != expect.pop("stories", len(stories)) else []
    found += ["not refused"] if expect.pop("refused", False) and not refused else []
    if not expect:
        return found
    if not stories:
        return [*found, f"no story: {refused}"]
    if case.command == "annotate":
        annotated = annotate_stories(load_models(), stories, 2_000_000)
        printed = [story.model_dump(mode="json") for story in annotated]
    else:
        printed = [story.model_dump(mode="json") for story in stories]
    if expect.pop("dates_only", False):
        found += [f"a date {date!r}" for date in _dates(printed[0]) if date not in expect.get("dates", ())]
    for key, value in expect.items():
        check = _CHECKS.get(key)
        found += check(printed[0], value) if check else _field(printed, key, value)
    return found


def _stories(case: Case) -> tuple[list[Story], list[str]]:
    """Return the stories in the input, and why something in it is none."""
    published = datetime.fromisoformat(case.published).astimezone(UTC) if case.published else None
    reader = ItemReader(limit=LIMIT, source=case.source, published=published)
    stories: list[Story] = []
    refused: list[str] = []
    for item in reader.items(BufferedReader(BytesIO(case.value), formats.SNIFFED_BYTES), case.name, case.name, "cases"):
        if isinstance(item, Rejected):
            refused.append(item.reason)
            continue
        try:
            stories.append(clean(formats.parse(item)))
        except (PermanentError, NoStory) as error:
            refused.append(str(error))
    return stories, refused


def _field(printed: list[Printed], name: str, value: Any) -> list[str]:
    """Compare a field of the first story, or with a list in the name (``uri[]``) of all of them."""
    if name.endswith("[]"):
        found: Any = [_at(story, name[:-2]) for story in printed]
    else:
        found = _at(printed[0], name)
    return [] if found == (value or None if value == "" else value) else [f"{name} is {found!r}, not {value!r}"]


def _at(story: Printed, path: str) -> Any:
    found: Any = story
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _listed(printed: Callable[[Printed], list[str]], says: str, *, wanted: bool) -> Callable[[Printed, Any], list[str]]:
    """Return a check of what must be, or must not be, among what is printed; see ``_matches``."""

    def check(story: Printed, items: list[str]) -> list[str]:
        have = printed(story)
        bad = [item for item in items if any(_matches(item, each) for each in have) is not wanted]
        return [f"{says} {item!r} {'missing' if wanted else 'present'} in {have}" for item in bad]

    return check


def _matches(item: str, printed: str) -> bool:
    """Return whether what is printed is this: parts between ``=`` are equal, empty parts match anything."""
    want, have = item.split("="), printed.split("=")
    if len(want) > len(have):
        return False
    return all(not one or one == other for one, other in zip(want, have, strict=False))


def _dates(story: Printed) -> list[str]:
    return [f"{each['text']}={each['value']}" for each in story["dates"]]


def _entities(story: Printed) -> list[str]:
    return [f"{m['text']}={each['name']}={each['type']}" for each in story["entities"] for m in each["mentions"]]


def _names(story: Printed) -> list[str]:
    return [f"{each['name']}={each['type']}" for each in story["entities"]]


def _places(story: Printed, items: list[str]) -> list[str]:
    """``mention=country``: the place that a mention stands for; without a country it stands for none."""
    found = {
        m["text"]: (each.get("place") or {}).get("country", "") for each in story["entities"] for m in each["mentions"]
    }
    wanted = dict(item.split("=")[:2] for item in items)
    return [
        f"place of {name!r} is {found.get(name)!r}, not {c!r}" for name, c in wanted.items() if found.get(name, "") != c
    ]


def _quotes(story: Printed, items: list[str]) -> list[str]:
    texts = [each["text"] for each in story["quotes"]]
    return [f"no quote {item!r} in {texts}" for item in items if not any(item in text for text in texts)]


def _no_quotes(story: Printed, items: list[str] | bool) -> list[str]:
    """Check that no quote contains one of these; with ``true``, that there is none."""
    texts = [each["text"] for each in story["quotes"]]
    bad = texts if items is True else [text for text in texts if any(item in text for item in items or ())]
    return [f"a quote {text!r}" for text in bad]


def _speakers(story: Printed, items: list[str]) -> list[str]:
    """``part of the quote=speaker``; without a speaker the quote has none."""
    found = []
    for item in items:
        part, _, name = item.partition("=")
        named = [(each.get("speaker") or {}).get("name", "") for each in story["quotes"] if part in each["text"]]
        if name not in named:
            found.append(f"the speaker of {part!r} is {named or 'of no quote'}, not {name!r}")
    return found


def _no_speakers(story: Printed, items: list[str]) -> list[str]:
    named = [
        (each["speaker"] or {}).get(part) for each in story["quotes"] for part in ("name", "text") if each["speaker"]
    ]
    return [f"{name!r} speaks" for name in items if name in named]


def _events(story: Printed) -> list[str]:
    return [
        f"{each['text']}={each.get('type', '')}={actor}={recipient}"
        for each in story["events"]
        for actor in [a["text"] for a in each["actors"]] or [""]
        for recipient in [r["text"] for r in each["recipients"]] or [""]
    ]


def _dead(story: Printed) -> list[str]:
    return [f"{each['text']}={highest(each['dead'])}" for each in story["events"] if "dead" in each]


def _body(story: Printed, items: list[str], *, wanted: bool) -> list[str]:
    return [f"body {'lacks' if wanted else 'has'} {item!r}" for item in items if (item in story["body"]) is not wanted]


_CHECKS: dict[str, Callable[[Printed, Any], list[str]]] = {
    "dates": _listed(_dates, "date", wanted=True),
    "no_dates": _listed(_dates, "date", wanted=False),
    "entities": _listed(_entities, "entity", wanted=True),
    "no_entities": _listed(_names, "entity", wanted=False),
    "places": _places,
    "quotes": _quotes,
    "no_quotes": _no_quotes,
    "speakers": _speakers,
    "no_speakers": _no_speakers,
    "events": _listed(_events, "event", wanted=True),
    "no_events": _listed(_events, "event", wanted=False),
    "dead": _listed(_dead, "dead", wanted=True),
    "body_has": lambda story, items: _body(story, items, wanted=True),
    "body_lacks": lambda story, items: _body(story, items, wanted=False),
}
"""What a row may expect, beside fields of the printed story; ``=`` separates the parts of an item."""
