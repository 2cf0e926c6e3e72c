"""Show the status, the last day, and the dead letters with a way to replay or drop them."""

import asyncio
import csv
from collections.abc import Sequence, Set
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.dead_letter import DeadLetter
from pipeline.errors import ElasticsearchUnavailable
from pipeline.ops import dead_letters
from pipeline.web.api import Failed, json_response
from pipeline.web.ingest import IngestService
from pipeline.web.installation import Installation, Installed
from pipeline.web.templating import rendered
from pipeline.web.token_form import submitted

router = APIRouter()
_SHOWN = 20
"""How many dead letters are shown of each reason."""
_NEEDS_TOKEN: dict[int | str, dict[str, Any]] = {
    401: {"model": Failed, "description": "A token is needed (`wire token add`)."},
    404: {"model": Failed, "description": "There is no such dead letter."},
    503: {"model": Failed, "description": "Kafka is unavailable; retry later."},
}


def _ingest_service(request: Request) -> IngestService:
    found: IngestService = request.app.state.ingest_service
    return found


Entrance = Annotated[IngestService, Depends(_ingest_service)]


@router.get("/status", include_in_schema=False, response_class=HTMLResponse)
def status(installed: Installed, done: str | None = None) -> str:
    """Show what needs attention, servers, stages, processes, feeds, the last day and the dead letters."""
    state, dead = installed.status.with_dead_letters()
    try:
        past = installed.status.history()
    except ElasticsearchUnavailable:
        past = None
    return rendered("status.html", state=state, past=past, letters=_by_reason(dead), done=done, here="status")


def _by_reason(dead: Sequence[DeadLetter] | None) -> list[tuple[str, int, list[dict[str, Any]]]] | None:
    """Return the dead letters by stage and error, the most frequent first: their number, and the newest of them."""
    if dead is None:
        return None
    found: dict[str, list[DeadLetter]] = {}
    for letter in reversed(dead):
        found.setdefault(_reason(letter), []).append(letter)
    by_number = sorted(found.items(), key=lambda item: -len(item[1]))
    return [(reason, len(each), [letter.as_json for letter in each[:_SHOWN]]) for reason, each in by_number]


def _reason(letter: DeadLetter) -> str:
    return f"{letter.failure.stage} {letter.failure.error}"


@router.get("/status/history.csv", include_in_schema=False)
def history_table(installed: Installed) -> Response:
    """Return the last day as CSV: time, what it is of, name, unit, value."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(("time", "of", "name", "unit", "value"))
    writer.writerows((*row[:4], f"{row[4]:g}") for row in installed.status.history().rows())
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


@router.post("/status/dead", include_in_schema=False)
async def resolve_chosen(request: Request, installed: Installed, ingest_service: Entrance) -> Response:
    """Replay or drop the selected dead letters, or all with a selected reason."""
    form = await submitted(request, ingest_service)
    again = form.get("do", [""])[0] != "drop"
    chosen = {*form.get("letter", [])}, {*form.get("reason", [])}
    done = await asyncio.to_thread(_resolve, installed, *chosen, again=again)
    return RedirectResponse(f"/status?done={done}+{'replayed' if again else 'dropped'}#dead", 303)


@router.get("/api/v1/status", tags=["watch"])
def state(installed: Installed) -> Response:
    """Return what `wire status --json` prints."""
    return json_response(installed.status.gather())


@router.get("/api/v1/status/history", tags=["watch"])
def past(installed: Installed) -> Response:
    """Return the last day in steps of half an hour: lag, rate and dead letters of each stage, latency, and feeds."""
    found = installed.status.history()
    series = [{"of": each.of, "name": each.name, "unit": each.unit, "values": each.values} for each in found.series]
    return json_response({"at": [at.isoformat() for at in found.at], "series": series})


@router.get("/api/v1/dead", tags=["watch"], responses={503: _NEEDS_TOKEN[503]})
def dead(installed: Installed) -> Response:
    """List the dead letters that were neither replayed nor dropped, oldest first, without their bytes."""
    return json_response({"values": [letter.as_json for letter in installed.status.unresolved()]})


@router.post("/api/v1/dead/{id}/replay", tags=["watch"], status_code=202, responses=_NEEDS_TOKEN)
def replay(
    id: str, installed: Installed, ingest_service: Entrance, authorization: Annotated[str, Header()] = ""
) -> Response:
    """Send a dead letter through the pipeline again, with its original bytes."""
    ingest_service.sender(authorization)
    if not _resolve(installed, {id}, set(), again=True):
        raise HTTPException(404, f"no dead letter {id}")
    return json_response({"replayed": 1}, 202)


@router.post("/api/v1/dead/{id}/drop", tags=["watch"], status_code=202, responses=_NEEDS_TOKEN)
def drop(
    id: str, installed: Installed, ingest_service: Entrance, authorization: Annotated[str, Header()] = ""
) -> Response:
    """Take a dead letter off the list for good."""
    ingest_service.sender(authorization)
    if not _resolve(installed, {id}, set(), again=False):
        raise HTTPException(404, f"no dead letter {id}")
    return json_response({"dropped": 1}, 202)


def _resolve(installed: Installation, ids: Set[str], reasons: Set[str], *, again: bool) -> int:
    """Replay or drop those with these ids or reasons that still exist. Return how many."""
    chosen = [each for each in installed.status.unresolved() if each.id in ids or _reason(each) in reasons]
    done = dead_letters.resolve(installed.servers.kafka, chosen, again=again)
    installed.status.invalidate()
    return done
