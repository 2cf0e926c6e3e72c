"""Show the group of a story: who had what first, and what differs from one member to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from pipeline.derive import decision_store
from pipeline.search.groups import listed, members, relation
from pipeline.web.api import FAILURES, Failed, json_response, required_story
from pipeline.web.changes import Part, changed
from pipeline.web.query_parameters import Index, Text
from pipeline.web.templating import rendered

router = APIRouter()
_NO_STORY = FAILURES | {404: {"model": Failed, "description": "There is no such story."}}


@dataclass(frozen=True)
class Member:
    """A story of a group: its document, since when it is told, and how long that is after the first of the group.

    ``of`` is the uri of the earlier member that it repeats, tells differently or updates. ``changes`` are the
    paragraphs of headline and text that differ from the member before it, word by word; none in the first.
    """

    document: Mapping[str, Any]
    at: datetime
    after: timedelta
    of: str | None
    changes: tuple[Part, ...]

    @property
    def listed(self) -> dict[str, Any]:
        """The member as lists show it."""
        return listed(self.document)


@router.get("/report", include_in_schema=False, response_class=HTMLResponse)
def page(uri: Text, index: Index) -> str:
    """Show who had what first, what each story of the group is, and what differs from the one before it."""
    found = _members(index, uri)
    made = decision_store.read(index, [each.document["uri"] for each in found])
    return rendered("report.html", uri=uri, members=found, decisions=made)


@router.get("/api/v1/report", tags=["search"], responses=_NO_STORY)
def api(uri: Text, index: Index) -> Response:
    """Return the stories of this story's group, who had it first at the beginning, and how each differs from the last.

    `at` is the time of a story's first version, `seconds` how long that is after the first story. `of` is the story
    that it is a copy, variant or update of, `differs` what it says instead. `changes` are the paragraphs that differ
    from the story before it: spans of words, each the same, gone or new. `decisions` are those that people made.
    """
    found = _members(index, uri)
    group = found[0].document.get("group")
    made = decision_store.read(index, [each.document["uri"] for each in found])
    shown = [each.model_dump(mode="json") for each in made]
    return json_response({"group": group, "stories": [_as_json(member) for member in found], "decisions": shown})


def in_order(documents: Sequence[Mapping[str, Any]]) -> list[Member]:
    """Return the stories of a group by the times of their first versions."""
    found: list[Member] = []
    for document in sorted(documents, key=lambda each: (_first_version(each), str(each["uri"]))):
        at = _first_version(document)
        changes = changed(_text(found[-1].document), _text(document)) if found else ()
        differing = tuple(part for part in changes if part.kind == "changed")
        found.append(
            Member(document, at, at - found[0].at if found else timedelta(0), relation(document)[1], differing)
        )
    return found


def _members(index: Index, uri: str) -> list[Member]:
    return in_order(members(index, required_story(index, uri)))


def _first_version(document: Mapping[str, Any]) -> datetime:
    """Return the time of a story's first version, as far as it is known."""
    told = (each["versioncreated"] for each in document.get("versions", ()) if each.get("pubstatus") == "usable")
    return min(map(datetime.fromisoformat, (document["versioncreated"], *told)))


def _text(document: Mapping[str, Any]) -> list[str]:
    return [document.get("headline") or "", *document["body"].split("\n")]


def _as_json(member: Member) -> dict[str, Any]:
    changes = [[{"kind": kind, "text": text} for kind, text in part.words] for part in member.changes]
    times = {"at": member.at.isoformat(), "seconds": member.after.total_seconds()}
    return {**member.listed, **times, "of": member.of, "changes": changes}
