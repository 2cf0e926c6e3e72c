"""The search page and the story page."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader

from pipeline.web.marking import escape_marked, told
from pipeline.web.question import Asked, Asking, Text

_FOLDER = Path(__file__).parent / "templates"
_FILTERS = ("speaker", "entity", "place", "since", "until")
router = APIRouter()
templates = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
templates.filters |= {"marked": escape_marked, "told": told}


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
def search(request: Request, question: Asked, index: Asking) -> str:
    """The stories that fit, newest or best first."""
    filters = {name: request.query_params.get(name, "") for name in _FILTERS}
    return templates.get_template("search.html").render(answer=index.ask(question), q=question.query, filters=filters)


@router.get("/story", response_class=HTMLResponse, include_in_schema=False)
def story(uri: Text, index: Asking) -> Response:
    """A story, with its people and quotes."""
    found = index.story(uri)
    if found is None:
        return failed(404, f"no story {uri}")
    return HTMLResponse(templates.get_template("story.html").render(story=found, q=""))


@router.get("/style.css", include_in_schema=False)
def style() -> Response:
    """The look of the pages."""
    return Response((_FOLDER / "style.css").read_text(), media_type="text/css")


def failed(status: int, reason: str) -> Response:
    """A page that says what went wrong."""
    return HTMLResponse(templates.get_template("failed.html").render(reason=reason, q=""), status)
