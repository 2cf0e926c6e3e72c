"""Names in Elasticsearch: aliases, monthly indices, document ids."""

from datetime import datetime

from pipeline.story import story_id

STORIES = "stories"
QUOTES = "quotes"
METRICS = "metrics"
MATCHES = "matches"
ALERTS = "wire-alerts"


def index_of(alias: str, firstcreated: datetime) -> str:
    """Return the monthly index of a document: ``wire-stories-2024.05``."""
    return f"wire-{alias}-{firstcreated:%Y.%m}"


def quote_id(uri: str, number: int) -> str:
    """Return the id of a story's nth quote, counted from 1."""
    return f"{story_id(uri)}-{number}"
