"""Find the stories of a group: an original with its copies, variants and updates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client, ask, documents_in
from pipeline.search.query_body import INTERNAL
from pipeline.search.search_query import MOST

Relation = Literal["original", "copy", "variant", "update"]
_RELATIONS: dict[str, Relation] = {"copyof": "copy", "variantof": "variant", "updateof": "update"}
_LISTED = ("uri", "headline", "source.name", "versioncreated", "group", "differs", *_RELATIONS)
_RELATED = ("uri", "versioncreated", "group", "differs", *_RELATIONS)
_MOST_MEMBERS = 200
_MOST_BESIDE_EACH = 10
"""How many other members a page of many stories may have, for each of them."""
_MOST_DIFFERENCES = 4
_OLDEST_FIRST = [{"versioncreated": {"order": "asc"}}, {"uri": {"order": "asc"}}]


def relation(story: Mapping[str, Any]) -> tuple[Relation, str | None]:
    """Return what a story's document is in its group, and the uri of the earlier member that this refers to.

    An original refers to none.
    """
    found = ((name, story[field]) for field, name in _RELATIONS.items() if story.get(field))
    return next(found, ("original", None))


def add_members(client: Client, stories: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stories, each with ``also``: the other members of its group, oldest first, if it has any.

    All come with one request, up to 200, or ten for each story. Raises ElasticsearchUnavailable.
    """
    most = min(MOST, max(_MOST_MEMBERS, _MOST_BESIDE_EACH * len(stories)))
    fetched = _other_members(client, stories, most, _LISTED)
    by_group: dict[str, list[Mapping[str, Any]]] = {}
    for member in (*stories, *fetched):
        by_group.setdefault(member.get("group", member["uri"]), []).append(member)
    return [_beside(story, by_group[story.get("group", story["uri"])]) for story in stories]


def relations(client: Client, uris: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what these stories and the other members of their groups are to each other: uri, ``versioncreated``,
    ``group``, ``differs`` and the field that names an earlier member, by uri.

    That takes two requests. Of the other members come up to 10,000 in all, the oldest first. Raises
    ElasticsearchUnavailable.
    """
    stories = _documents(client, {"terms": {"uri": sorted(uris)}}, MOST, source_includes=_RELATED)
    return {each["uri"]: each for each in (*stories, *_other_members(client, stories, MOST, _RELATED))}


def _other_members(
    client: Client, stories: Sequence[Mapping[str, Any]], most: int, fields: Sequence[str]
) -> list[dict[str, Any]]:
    """Return these fields of the members of the stories' groups that are not among the stories, oldest first."""
    groups = sorted({story["group"] for story in stories if "group" in story})
    if not groups:
        return []
    known = {"terms": {"uri": [story["uri"] for story in stories]}}
    query = {"bool": {"filter": [{"terms": {"group": groups}}], "must_not": [known]}}
    return _documents(client, query, most, source_includes=fields)


def _beside(story: dict[str, Any], members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    others = sorted((each for each in members if each["uri"] != story["uri"]), key=_age)
    return story | {"also": [listed(other) for other in others]} if others else story


def _age(story: Mapping[str, Any]) -> tuple[datetime, str]:
    return datetime.fromisoformat(story["versioncreated"]), story["uri"]


def members(client: Client, story: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the documents of a story's group, this story among them, oldest first, up to 200.

    Raises ElasticsearchUnavailable.
    """
    field = "group" if "group" in story else "uri"
    return _documents(client, {"term": {field: story[field]}}, _MOST_MEMBERS, source_excludes=INTERNAL)


def listed(story: Mapping[str, Any]) -> dict[str, Any]:
    """Return a story's document as lists of a group's members show it."""
    found = {name: story.get(name) for name in ("uri", "headline", "versioncreated")}
    found |= {"source": story["source"].get("name"), "relation": relation(story)[0]}
    return found | ({"differs": story["differs"]} if "differs" in story else {})


def difference_text(differs: Sequence[Mapping[str, Any]]) -> str:
    """Return what a story says and an earlier one does not, in a few words: ``says otherwise: 27, not 12``."""
    return _differences(differs, "says otherwise: ", "not")


def change_text(differs: Sequence[Mapping[str, Any]]) -> str:
    """Return the same for somebody who knows what the earlier one says: ``27, before 12``."""
    return _differences(differs, "", "before")


def _differences(differs: Sequence[Mapping[str, Any]], introduction: str, against: str) -> str:
    sides = [(*(_joined(_in_marks(each, side)) for side in ("here", "there")), each["kind"]) for each in differs]
    parts = {
        introduction: [f"{here}, {against} {there}" for here, there, _ in sides if here and there]
        + [kind for here, there, kind in sides if not here and not there],
        "adds ": [here for here, there, _ in sides if here and not there],
        "lacks ": [there for here, there, _ in sides if there and not here],
    }
    return "; ".join(words + _first(found) for words, found in parts.items() if found)


def _in_marks(difference: Mapping[str, Any], side: str) -> list[str]:
    """Return one side's values; words that mean nothing outside their text are quoted."""
    values = difference[side]
    return [f"“{value}”" for value in values] if difference["kind"] in ("negation", "quote") else list(values)


def also_text(others: Sequence[Mapping[str, Any]]) -> str:
    """Return who else tells a story: ``also AFP, dpa (2)``, with the number of the other members of its group."""
    sources = dict.fromkeys(other["source"] or "unknown" for other in others)
    return f"also {_joined(list(sources))} ({len(others)})"


def withdrawal_text(withdrawn: Mapping[str, Any]) -> str:
    """Return who has withdrawn the report that a story tells too: ``Reuters withdrew its report``."""
    source = withdrawn["source"]
    name = source.get("name") if isinstance(source, Mapping) else source
    return f"{name or withdrawn['uri']} withdrew its report"


def _joined(values: Sequence[str]) -> str:
    return _first(values, ", ")


def _first(found: Sequence[str], separator: str = "; ") -> str:
    more = len(found) - _MOST_DIFFERENCES
    return separator.join(found[:_MOST_DIFFERENCES]) + (f" and {more} more" if more > 0 else "")


def _documents(client: Client, query: dict[str, Any], size: int, **source: Any) -> list[dict[str, Any]]:
    return documents_in(ask(client, STORY.alias, query=query, size=size, sort=_OLDEST_FIRST, **source))
