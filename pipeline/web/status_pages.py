"""Show the status, and the dead letters with a way to replay them."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.ops import dead_letters
from pipeline.web.api import Failed, json_response
from pipeline.web.ingest import IngestService
from pipeline.web.installation import Installation, Installed
from pipeline.web.templating import rendered
from pipeline.web.token_form import submitted

router = APIRouter()
_SHOWN = 100
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
def status(installed: Installed, replayed: int | None = None) -> str:
    """Show servers, stages, processes, feeds and dead letters."""
    state, dead = installed.status.with_dead_letters()
    shown = None if dead is None else [letter.as_json for letter in reversed(dead[-_SHOWN:])]
    done = None if replayed is None else f"{replayed} replayed."
    return rendered("status.html", state=state, rates=state.get("processes"), letters=shown, done=done, here="status")


@router.post("/status/replay", include_in_schema=False)
async def replay_chosen(request: Request, installed: Installed, ingest_service: Entrance) -> Response:
    """Replay the selected dead letters."""
    form = await submitted(request, ingest_service)
    done = await asyncio.to_thread(_replay, installed, form.get("letter", []))
    return RedirectResponse(f"/status?replayed={done}#dead", 303)


@router.get("/api/v1/status", tags=["watch"])
def state(installed: Installed) -> Response:
    """Return what `wire status --json` prints."""
    return json_response(installed.status.gather())


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
    if not _replay(installed, [id]):
        raise HTTPException(404, f"no dead letter {id}")
    return json_response({"replayed": 1}, 202)


def _replay(installed: Installation, ids: Sequence[str]) -> int:
    """Replay those that still exist. Return how many."""
    chosen = [letter for letter in installed.status.unresolved() if letter.id in set(ids)]
    done = dead_letters.resolve(installed.servers.kafka, chosen, again=True)
    installed.status.invalidate()
    return done
