"""Decide what a match says that was not notified of another member of its story's group.

All of it follows from recorded matches and from what the stories' documents say of their relations: texts are not
compared here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.alerts.match import Match
from pipeline.search.groups import change_text, relation

Relations = Mapping[str, Mapping[str, Any]]
"""What stories say of their group and relation, by uri; see ``groups.relations``."""
_LINE = 500


def others_notified(uri: str, notified: Iterable[Match], relations: Relations) -> list[Match]:
    """Return those of the matches that are about other members of this story's group, by the age of their stories."""
    group = relations.get(uri, {}).get("group")
    others = (each for each in notified if each.uri != uri and relations.get(each.uri, {}).get("group") == group)
    return sorted(others, key=lambda each: (each.versioncreated, each.uri)) if group else []


def what_is_new(match: Match, notified: Sequence[Match], relations: Relations) -> str | None:
    """Return what a match says that the other members do not that were notified of (``notified``); None if nothing.

    It is a line such as ``AFP: 27, before 12``. It is empty if they say nothing to compare it with.
    """
    if not notified:
        return ""
    if "event" in match.same:
        differs = _of_an_event(match, notified)
    elif match.same:
        differs = None if any(each.same == match.same for each in notified) else []
    else:
        differs = _of_a_story(match.uri, [each.uri for each in notified], relations)
    if not differs:
        return None if differs is None else ""
    return f"{match.source or 'unknown'}: {change_text(differs)}"[:_LINE]


def _of_a_story(uri: str, notified: Iterable[str], relations: Relations) -> list[Mapping[str, Any]] | None:
    """Return what a story says otherwise than the members that were notified of; None if nothing.

    A copy says what its original says, and so does a variant or update without ``differs``.
    """
    first = _first_to_say(uri, relations)
    known = list(dict.fromkeys(_first_to_say(other, relations) for other in notified))
    if first in known or any(_is_updated_by(other, uri, relations) for other in notified):
        return None
    if differs := relations.get(first, {}).get("differs"):
        before = [each for other in known for each in relations.get(other, {}).get("differs", ())]
        return list(_news(differs, before)) or None
    # Others that were notified of contradict this one, which came late.
    contradicting = (relations[other] for other in known if other in relations)
    differing = (each for each in contradicting if _first_to_say(relation(each)[1] or "", relations) == first)
    turned = ({**each, "here": each["there"], "there": each["here"]} for each in next(differing, {}).get("differs", ()))
    return list(turned)


def _first_to_say(uri: str, relations: Relations) -> str:
    """Return the member from which this one has all that it says, itself if it says something else."""
    passed = set()
    while uri not in passed and not (story := relations.get(uri, {})).get("differs"):
        passed.add(uri)
        uri = relation(story)[1] or uri
    return uri


def _is_updated_by(later: str, earlier: str, relations: Relations) -> bool:
    """Return whether a story is out of date, since a later one of its feed updates it, or what it updates too."""
    update, story = relations.get(later, {}), relations.get(earlier, {})
    updated = update.get("updateof")
    return bool(updated and updated in (earlier, story.get("updateof")) and _age(story) < _age(update))


def _age(story: Mapping[str, Any]) -> tuple[datetime, str]:
    return datetime.fromisoformat(story["versioncreated"]), story["uri"]


def _news(differs: Iterable[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield what of these differences was not notified with those before."""
    known = {(each["kind"], side, value) for each in before for side in ("here", "there") for value in each[side]}
    for each in differs:
        here = [value for value in each["here"] if (each["kind"], "here", value) not in known]
        lacked = [value for value in each["there"] if (each["kind"], "there", value) not in known]
        if here or (lacked and not each["here"]):
            yield {**each, "here": here, "there": _before(each, before) if here else lacked}


def _before(difference: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what was notified last instead of this: once 27 has replaced 12, 35 replaces 27."""
    instead = [
        each["here"]
        for each in before
        if each["here"] and all(each[name] == difference[name] for name in ("kind", "there"))
    ]
    return [value for value in (instead or [difference["there"]])[-1] if value not in difference["here"]]


def _of_an_event(match: Match, notified: Iterable[Match]) -> list[Mapping[str, Any]] | None:
    """Return what an event says otherwise than those of the same event, or in the same words; None if nothing."""
    about = [each for each in notified if each.same.get("event") == match.same["event"] or each.text == match.text]
    facts = {name: value for name, value in match.same.items() if name != "event"}
    if any(facts.items() <= each.same.items() for each in about):
        return None
    return [
        {"kind": name, "here": [value], "there": [before] if before else []}
        for name, value in facts.items()
        if about and (before := about[-1].same.get(name)) != value
    ]
