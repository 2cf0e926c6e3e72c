"""One search page, and its JSON twin."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader

from pipeline.errors import ConfigurationError, TransientError
from pipeline.index.connection import connect
from pipeline.search.stories import Answer, Question, ask, story
from pipeline.search.times import moment
from pipeline.web.marking import escape_marked, told

_FOLDER = Path(__file__).parent / "templates"
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
Text = Annotated[str, Query(max_length=1_000)]


def make(elasticsearch: str, timeout: float) -> FastAPI:
    """The web application over the Elasticsearch at that address."""
    app = FastAPI(title="wire", docs_url=None, redoc_url=None)
    client = connect(elasticsearch, timeout)
    pages = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    pages.filters |= {"marked": escape_marked, "told": told}

    @app.middleware("http")
    async def safely(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        for name, value in _SAFE.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(ConfigurationError)
    async def asked_wrongly(request: Request, error: ConfigurationError) -> Response:
        return _failed(request, 400, str(error))

    @app.exception_handler(TransientError)
    async def away(request: Request, error: TransientError) -> Response:
        return _failed(request, 503, str(error))

    def _failed(request: Request, status: int, reason: str) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": reason}, status)
        return HTMLResponse(pages.get_template("failed.html").render(reason=reason, q=""), status)

    @app.get("/api/v1/search")
    def search(
        q: Text = "",
        quotes: bool = False,
        speaker: Text = "",
        entity: Text = "",
        place: Text = "",
        since: Text = "",
        until: Text = "",
        size: Annotated[int, Query(ge=0, le=1_000)] = 10,
    ) -> dict[str, Any]:
        """The stories, or quotes, that fit: how many, and the first of them."""
        answer = _ask(q, quotes, speaker, entity, place, since, until, size)
        return {"total": answer.total, "hits": answer.hits}

    @app.get("/", response_class=HTMLResponse)
    def page(q: Text = "", speaker: Text = "", entity: Text = "", place: Text = "", since: Text = "", until: Text = "") -> str:
        """The search page."""
        answer = _ask(q, False, speaker, entity, place, since, until, 20)
        asked = {"q": q, "speaker": speaker, "entity": entity, "place": place, "since": since, "until": until}
        return pages.get_template("search.html").render(answer=answer, **asked)

    @app.get("/story", response_class=HTMLResponse)
    def story_page(uri: Text) -> HTMLResponse:
        """A story, with its people and quotes."""
        found = story(client, elasticsearch, uri)
        if found is None:
            return HTMLResponse(pages.get_template("failed.html").render(reason=f"no story {uri}", q=""), 404)
        return HTMLResponse(pages.get_template("story.html").render(story=found, q=""))

    @app.get("/style.css")
    def style() -> Response:
        return Response((_FOLDER / "style.css").read_text(), media_type="text/css")

    @app.get("/health")
    def health() -> dict[str, str]:
        """Whether this process serves."""
        return {"status": "ok"}

    def _ask(q: str, quotes: bool, speaker: str, entity: str, place: str, since: str, until: str, size: int) -> Answer:
        question = Question(
            query=q,
            quotes=quotes,
            speaker=speaker or None,
            entity=entity or None,
            place=place or None,
            since=moment(since) if since else None,
            until=moment(until) if until else None,
            size=size,
        )
        return ask(client, elasticsearch, question)

    return app
