"""Show what was said, each utterance once: who quotes it, first where, and in which wordings."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from pipeline.documents.quote import QUOTE
from pipeline.search.utterances import as_json, no_longer, utterance, utterances
from pipeline.utterances.grouping import Utterance
from pipeline.web.api import FAILURES, Failed, Size, json_response
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index, Search, Text
from pipeline.web.templating import rendered

router = APIRouter()
_NO_UTTERANCE = FAILURES | {404: {"model": Failed, "description": "There is no such quote with five quoted words."}}
_ON_A_PAGE = 40
QuoteId = Annotated[str, Query(min_length=1, max_length=20, description="the quote's id in its story")]


@router.get("/utterances", include_in_schema=False, response_class=HTMLResponse)
def listing(page: Search, index: Index) -> str:
    """Show what the matching quotes report, what most stories quote first."""
    asked = page.model_dump(exclude_defaults=True)
    return rendered(
        "utterances.html",
        utterances=utterances(index, page.search_query(QUOTE), _ON_A_PAGE),
        links=Links({name: value if isinstance(value, list) else str(value) for name, value in asked.items()}),
        q=page.q,
        here="search",
    )


@router.get("/utterance", include_in_schema=False, response_class=HTMLResponse)
def one(uri: Text, quote: QuoteId, index: Index) -> str:
    """Show who quotes an utterance, oldest first, and how the wordings differ."""
    found = _one(index, uri, quote)
    return rendered("utterance.html", utterance=found, gone=no_longer(index, found, datetime.now(UTC)))


@router.get("/api/v1/utterances", tags=["search"], responses=FAILURES)
def api_listing(page: Search, index: Index, size: Size = 20) -> Response:
    """List what the matching quotes report, each utterance once with all of its wordings, the most quoted first."""
    found = utterances(index, page.search_query(QUOTE), size)
    return json_response({"values": [as_json(each) for each in found]})


@router.get("/api/v1/utterance", tags=["search"], responses=_NO_UTTERANCE)
def api_one(uri: Text, quote: QuoteId, index: Index) -> Response:
    """Return the utterance that a quote of a story reports, and the stories that quote it no longer."""
    found = _one(index, uri, quote)
    return json_response(as_json(found, no_longer(index, found, datetime.now(UTC))))


def _one(index: Index, uri: str, quote: str) -> Utterance:
    found = utterance(index, uri, quote)
    if found is None:
        raise HTTPException(404, f"{uri} has no quote {quote} with five quoted words or more")
    return found
