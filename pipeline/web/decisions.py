"""Say which stories belong together, for those with a token."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.derive.decisions import DecisionKind
from pipeline.errors import ConfigurationError
from pipeline.ops.decisions import decide
from pipeline.web.api import Failed, json_response
from pipeline.web.installation import Installed
from pipeline.web.query_parameters import Text
from pipeline.web.status_pages import Entrance
from pipeline.web.templating import rendered
from pipeline.web.token_form import RESPONSES, submitted

router = APIRouter()
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **RESPONSES,
    404: {"model": Failed, "description": "There is no such story."},
}


@router.get("/story/decide", include_in_schema=False, response_class=HTMLResponse)
def ask(uri: Text, other: str = "") -> str:
    """Ask for the decision and a token."""
    return rendered("decide.html", uri=uri, other=other, done="")


@router.post("/story/decide", include_in_schema=False, response_class=HTMLResponse)
async def submit(request: Request, installed: Installed, ingest_service: Entrance) -> str:
    """Make the decision of the form."""
    form = {name: values[0] for name, values in (await submitted(request, ingest_service)).items()}
    by = ingest_service.sender(f"Bearer {form.get('token', '')}")
    kinds: dict[str, DecisionKind] = {"separate": "separate", "join": "join", "undo": "undo"}
    kind = kinds.get(form.get("decision", ""))
    uri, other = form.get("uri", ""), form.get("other", "").strip()
    if kind is None or (kind == "join" and not other):
        raise HTTPException(400, "a decision is separate, join (with the other story) or undo")
    await _decide(installed, kind, uri, by, other if kind == "join" else None, form.get("why", ""))
    return rendered("decide.html", uri=uri, other=other, done=kind)


@router.post("/api/v1/story/separate", tags=["search"], status_code=202, responses=_RESPONSES)
async def api_separate(
    uri: Text,
    installed: Installed,
    ingest_service: Entrance,
    separate: bool = True,
    why: str = "",
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Let a story stand alone; with `separate=false`, let the texts decide again."""
    by = ingest_service.sender(authorization)
    await _decide(installed, "separate" if separate else "undo", uri, by, None, why)
    return json_response({"uri": uri, "separate": separate}, 202)


@router.post("/api/v1/story/join", tags=["search"], status_code=202, responses=_RESPONSES)
async def api_join(
    uri: Text,
    other: Text,
    installed: Installed,
    ingest_service: Entrance,
    why: str = "",
    authorization: Annotated[str, Header()] = "",
) -> Response:
    """Put two stories in one group; `POST /api/v1/story/separate?separate=false` undoes it."""
    await _decide(installed, "join", uri, ingest_service.sender(authorization), other, why)
    return json_response({"uri": uri, "joined": other}, 202)


async def _decide(installed: Installed, kind: DecisionKind, uri: str, by: str, other: str | None, why: str) -> None:
    try:
        await run_in_threadpool(decide, installed.servers, kind, uri, by, other=other, why=why)
    except ConfigurationError as error:
        raise HTTPException(404, str(error)) from None
