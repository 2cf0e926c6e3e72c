"""The status, for people and programs, and the dead letters with the means to replay them."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.ops import dead_letters
from pipeline.web.api import Failed, told
from pipeline.web.body import read
from pipeline.web.context import Watched, Watching
from pipeline.web.ingest import Door
from pipeline.web.templating import rendered

router = APIRouter()
_SHOWN = 100
_FORM = 64 << 10
_NEEDS_TOKEN: dict[int | str, dict[str, Any]] = {
    401: {"model": Failed, "description": "A token is needed (`wire token add`)."},
    404: {"model": Failed, "description": "There is no such dead letter."},
    503: {"model": Failed, "description": "Kafka is away; come again."},
}


def _door(request: Request) -> Door:
    found: Door = request.app.state.door
    return found


Entrance = Annotated[Door, Depends(_door)]


@router.get("/status", include_in_schema=False, response_class=HTMLResponse)
def status(watched: Watching, replayed: int | None = None) -> str:
    """Servers, stages, processes, feeds, dead letters."""
    state, dead = watched.status.with_letters()
    shown = None if dead is None else [letter.described for letter in reversed(dead[-_SHOWN:])]
    done = None if replayed is None else f"{replayed} replayed."
    return rendered("status.html", state=state, rates=state.get("processes"), letters=shown, done=done, here="status")


@router.post("/status/replay", include_in_schema=False)
async def replay_chosen(request: Request, watched: Watching, door: Entrance) -> Response:
    """Replay the letters that were ticked."""
    body = await read(request.stream(), "", _FORM)
    form = parse_qs(body.decode("utf-8", "replace"))
    door.sender(f"Bearer {form.get('token', [''])[0]}")
    done = await asyncio.to_thread(_replay, watched, form.get("letter", []))
    return RedirectResponse(f"/status?replayed={done}#dead", 303)


@router.get("/api/v1/status", tags=["watch"])
def state(watched: Watching) -> Response:
    """What `wire status --json` prints."""
    return told(watched.status.gather())


@router.get("/api/v1/dead", tags=["watch"], responses={503: _NEEDS_TOKEN[503]})
def dead(watched: Watching) -> Response:
    """The dead letters nobody has replayed or dropped, oldest first, without their bytes."""
    return told({"values": [letter.described for letter in watched.status.unresolved()]})


@router.post("/api/v1/dead/{id}/replay", tags=["watch"], status_code=202, responses=_NEEDS_TOKEN)
def replay(id: str, watched: Watching, door: Entrance, authorization: Annotated[str, Header()] = "") -> Response:
    """Send a dead letter through the pipeline again, as it came in."""
    door.sender(authorization)
    if not _replay(watched, [id]):
        raise HTTPException(404, f"no dead letter {id}")
    return told({"replayed": 1}, 202)


def _replay(watched: Watched, ids: Sequence[str]) -> int:
    """Replay those of them that are there; how many were."""
    chosen = [letter for letter in watched.status.unresolved() if letter.id in set(ids)]
    done = dead_letters.resolve(watched.servers.kafka, chosen, again=True)
    watched.status.forget()
    return done
