"""Render results as JSON, for the API and ``wire search --json``."""

from dataclasses import asdict
from typing import Any

from pipeline.documents.kind import Kind
from pipeline.search.query_body import MARKS
from pipeline.search.stories import SearchResult


def render(result: SearchResult) -> dict[str, Any]:
    """Return the result as one JSON object, always with ``total`` and ``hits``. Matches are between <em> and </em>.

    Nothing is escaped; whoever puts it into a page must do that.
    """
    found: dict[str, Any] = {"total": result.total, "hits": [_emphasised(hit) for hit in result.hits]}
    if result.different is not None:
        found["different"] = result.different
    if result.cursor:
        found["cursor"] = result.cursor
    if result.facets:
        found["facets"] = {name: [asdict(value) for value in values] for name, values in result.facets.items()}
    if result.histogram:
        bars = [{"start": bar.start.isoformat(), "count": bar.count} for bar in result.histogram.bars]
        found["histogram"] = {"seconds": int(result.histogram.step.total_seconds()), "bars": bars}
    if result.partial:
        found["partial"] = True
    return found


def count_text(result: SearchResult, kind: Kind) -> str:
    """Return how many hits there are: ``212 stories, 140 different``, or ``212 stories`` if all of them are."""
    text = kind.counted(result.total)
    return text if result.different in (None, result.total) else f"{text}, {result.different:,} different"


def _emphasised(hit: dict[str, Any]) -> dict[str, Any]:
    highlight = {
        name: [text.replace(MARKS[0], "<em>").replace(MARKS[1], "</em>") for text in texts]
        for name, texts in hit["highlight"].items()
    }
    return {**hit, "highlight": highlight}
