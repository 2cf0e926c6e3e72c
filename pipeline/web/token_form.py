"""Read a form of a page that only those with a token may send."""

from typing import Any
from urllib.parse import parse_qs

from fastapi import Request

from pipeline.web.api import Failed
from pipeline.web.body import read
from pipeline.web.ingest import IngestService

RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"model": Failed, "description": "A token is needed (`wire token add`)."},
    503: {"model": Failed, "description": "Kafka or Elasticsearch is unavailable; retry later."},
}
"""What may be answered where a token is needed, beside what each route adds."""
_LARGEST = 64 << 10


async def submitted(request: Request, ingest_service: IngestService) -> dict[str, list[str]]:
    """Return the fields of the form. Raises HTTPException 401 without a valid token, 413 for a form too large."""
    form = parse_qs((await read(request.stream(), "", _LARGEST)).decode("utf-8", "replace"))
    ingest_service.sender(f"Bearer {form.get('token', [''])[0]}")
    return form
