"""Answers as programs get them, from the API and from ``wire search --json``."""

from dataclasses import asdict
from typing import Any

from pipeline.search.query_body import MARKS
from pipeline.search.stories import Answer


def printed(answer: Answer) -> dict[str, Any]:
    """The answer as one JSON object, with ``total`` and ``hits`` always; what matched stands between <em> and </em>.

    Nothing is escaped: that is for whoever puts it into a page.
    """
    found: dict[str, Any] = {"total": answer.total, "hits": [_emphasised(hit) for hit in answer.hits]}
    if answer.cursor:
        found["cursor"] = answer.cursor
    if answer.facets:
        found["facets"] = {name: [asdict(value) for value in values] for name, values in answer.facets.items()}
    if answer.histogram:
        bars = [{"start": bar.start.isoformat(), "count": bar.count} for bar in answer.histogram.bars]
        found["histogram"] = {"seconds": int(answer.histogram.step.total_seconds()), "bars": bars}
    if answer.partial:
        found["partial"] = True
    return found


def _emphasised(hit: dict[str, Any]) -> dict[str, Any]:
    highlight = {
        name: [text.replace(MARKS[0], "<em>").replace(MARKS[1], "</em>") for text in texts]
        for name, texts in hit["highlight"].items()
    }
    return {**hit, "highlight": highlight}
