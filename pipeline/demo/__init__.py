"""Sample stories of six invented agencies, as if they had come in over the last days.

The people, companies, parties and clubs in ``stories.jsonl`` are invented, and so is what happens to them.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

_CARRIED_LATER = 0.15
"""Hours after which another agency carries a story word for word."""
_ROUTINE = 3
"""The highest urgency of stories that others carry."""
_STATED = ("headline", "slugline", "keyword", "byline", "language", "urgency", "source", "ednote")


def stories(now: datetime) -> list[dict[str, Any]]:
    """Return the stories as ninjs, oldest first: versions, copies, corrections, kills and embargoes among them.

    ``now`` is the time up to which they came in.
    """
    told = [json.loads(line) for line in (files(__package__) / "stories.jsonl").read_text("utf-8").splitlines()]
    known = {each["id"]: each for each in told}
    agencies = list(dict.fromkeys(each["source"] for each in told))
    told += [copy for each in told if each["kind"] == "story" for copy in _copies(each, agencies)]
    return [_ninjs(each, known, now) for each in sorted(told, key=lambda each: -each["hours"])]


def _copies(story: Mapping[str, Any], agencies: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a story as the next agency carries it, if it is urgent enough."""
    if story["urgency"] <= _ROUTINE and story["hours"] > 2 * _CARRIED_LATER:
        other = agencies[(agencies.index(story["source"]) + 1) % len(agencies)]
        yield {**story, "id": f"{story['id']}-carried", "source": other, "hours": story["hours"] - _CARRIED_LATER}


def _ninjs(story: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    changes = known.get(story.get("of", ""))
    first = changes or story
    found = {
        "uri": f"urn:demo:{now:%Y-%m-%d}:{first['id']}",
        "version": "2" if changes else "1",
        "versioncreated": (now - timedelta(hours=story["hours"])).isoformat(),
        "firstcreated": (now - timedelta(hours=first["hours"])).isoformat(),
        "pubstatus": "canceled" if story["kind"] == "kill" else "usable",
        "body_text": story["body"],
        **{name: story[name] for name in _STATED if name in story},
    }
    if story["kind"] == "embargo":
        found["embargoed"] = (now + timedelta(hours=story["embargo_hours"])).isoformat()
    return found
