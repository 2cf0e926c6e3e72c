"""Show the alerts and their matches: as a page, as Atom feeds and as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.alerts import delivery_log, saved_searches
from pipeline.alerts.match import Match
from pipeline.search.times import parse_time
from pipeline.web.api import FAILURES, Failed, json_response
from pipeline.web.exports import Entry, atom_of
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index
from pipeline.web.templating import rendered

router = APIRouter()
_NO_ALERT = FAILURES | {404: {"model": Failed, "description": "There is no such alert."}}


@router.get("/alerts", include_in_schema=False, response_class=HTMLResponse)
def alerts(index: Index, alert: Annotated[str, Query(max_length=64)] = "") -> str:
    """Show the alerts, and the newest matches of one or of all."""
    total, found = delivery_log.latest(index, alert or None)
    return rendered(
        "alerts.html", alerts=saved_searches.load_all(index), matches=found, total=total, chosen=alert, here="alerts"
    )


@router.get("/api/v1/alerts", tags=["alerts"], responses=FAILURES)
def listed(index: Index) -> Response:
    """Return the alerts, without their webhooks and mail addresses."""
    shown = [alert.model_dump(mode="json", exclude={"webhook", "email"}) for alert in saved_searches.load_all(index)]
    return json_response({"values": shown})


@router.get("/api/v1/matches", tags=["alerts"], responses=FAILURES)
def matches(
    index: Index,
    alert: Annotated[str, Query(max_length=64)] = "",
    since: Annotated[str, Query(max_length=100, description="matches after this time")] = "",
    size: Annotated[int, Query(ge=0, le=1_000)] = 50,
) -> Response:
    """Return the notifications, newest first: matches, corrections, withdrawals, kills.

    Of the stories of a group the first that matches is notified, and others that say something else: `differs` is a
    line with what that is.
    """
    after: datetime | None = parse_time(since) if since else None
    total, found = delivery_log.latest(index, alert or None, after, size)
    return json_response(
        {"total": total, "hits": [match.model_dump(mode="json", exclude={"matched", "same"}) for match in found]}
    )


@router.get("/api/v1/alerts/{name}/atom", tags=["alerts"], responses=_NO_ALERT, response_class=Response)
def feed(request: Request, name: str, index: Index) -> Response:
    """Return the matches of an alert, as Atom (RFC 4287)."""
    alert = saved_searches.get(index, name)
    _, found = delivery_log.latest(index, alert.name)
    base = str(request.base_url).rstrip("/")
    entries = [_entry(match, base) for match in found]
    return atom_of(f"wire alert: {name}", base + Links({"alert": name}, "/alerts")(), str(request.url), entries)


def _entry(match: Match, base: str) -> Entry:
    return Entry(
        id=f"urn:wire:match:{match.id}",
        link=base + Links({"uri": match.uri}, "/story")(),
        title=f"{match.prefix}{match.headline or match.text[:90]}",
        text=f"{match.differs}\n{match.said}" if match.differs else match.said,
        at=match.at.isoformat(),
        author=match.source or "unknown",
    )
