"""List which names mean one thing, and correct them for those with a token."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from pipeline.elasticsearch.client import Client
from pipeline.errors import ConfigurationError
from pipeline.identity.corrections import LONGEST_NAME, Correction
from pipeline.identity.indexed import correcting
from pipeline.identity.things import KIND_OF, ThingKind
from pipeline.web.api import Failed, Listed, json_response
from pipeline.web.query_parameters import Index
from pipeline.web.status_pages import Entrance
from pipeline.web.templating import rendered
from pipeline.web.token_form import RESPONSES, submitted

router = APIRouter()
_SHOWN = 50
_LAST_CORRECTIONS = 50
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **RESPONSES,
    404: {"model": Failed, "description": "No story uses one of the names, or several things have it."},
}
Beginning = Annotated[str, Query(max_length=LONGEST_NAME)]


class Wanted(BaseModel):
    """A correction to make: ``name`` as stories have it, ``to`` the thing it means, or its new name."""

    correction: Literal["merge", "split", "rename"]
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    to: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    type: ThingKind | None = None


@router.get("/identities", include_in_schema=False, response_class=HTMLResponse)
def page(index: Index, begins: Beginning = "", type: ThingKind | None = None, done: str = "") -> str:
    """Show things with their names, a form to correct them, and what was corrected."""
    return rendered(
        "identities.html",
        things=correcting.list_things(index, begins, type)[:_SHOWN],
        corrections=correcting.read_corrections(index)[: -_LAST_CORRECTIONS - 1 : -1],
        begins=begins,
        type=type,
        kinds=dict.fromkeys(KIND_OF.values()),
        done=done,
        here="identities",
    )


@router.post("/identities", include_in_schema=False)
async def submit(request: Request, index: Index, ingest_service: Entrance) -> Response:
    """Make the correction of the form."""
    form = {name: values[0] for name, values in (await submitted(request, ingest_service)).items() if values[0]}
    by = ingest_service.sender(f"Bearer {form.pop('token', '')}")
    try:
        wanted = Wanted.model_validate(form)
    except ValueError:
        raise HTTPException(400, "a correction needs its kind, a name, and for merge and rename another one") from None
    made = await run_in_threadpool(_correct, index, wanted, by)
    return RedirectResponse(f"/identities?done={made.correction}", 303)


@router.get("/api/v1/identities", tags=["search"], response_model=Listed)
def api_list(
    index: Index,
    begins: Beginning = "",
    type: ThingKind | None = None,
    size: Annotated[int, Query(ge=1, le=1_000)] = 50,
) -> Response:
    """List people, organizations and places, each once with all names that stories use for it."""
    return json_response({"values": [asdict(thing) for thing in correcting.list_things(index, begins, type)[:size]]})


@router.get("/api/v1/identities/corrections", tags=["search"], response_model=Listed)
def api_corrections(index: Index) -> Response:
    """List what people corrected, with who and when, oldest first."""
    return json_response({"values": [each.model_dump(mode="json") for each in correcting.read_corrections(index)]})


@router.post("/api/v1/identities/corrections", tags=["search"], status_code=202, responses=_RESPONSES)
def api_correct(
    wanted: Wanted, index: Index, ingest_service: Entrance, authorization: Annotated[str, Header()] = ""
) -> Response:
    """Merge a name into the thing it means, split it off again, or rename a thing; the stories follow in seconds."""
    made = _correct(index, wanted, ingest_service.sender(authorization))
    return json_response(made.model_dump(mode="json"), 202)


def _correct(index: Client, wanted: Wanted, by: str) -> Correction:
    make: dict[str, Callable[[], Correction]] = {
        "merge": lambda: correcting.merge(index, wanted.name, wanted.to, wanted.type, by),
        "split": lambda: correcting.split(index, wanted.name, wanted.type, by),
        "rename": lambda: correcting.rename(index, wanted.name, wanted.to, wanted.type, by),
    }
    if wanted.correction != "split" and not wanted.to.strip():
        raise HTTPException(400, f"{wanted.correction}: to: the other name is missing")
    try:
        return make[wanted.correction]()
    except ConfigurationError as error:
        raise HTTPException(404, str(error)) from None
