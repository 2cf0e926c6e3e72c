"""Names in Elasticsearch: aliases, monthly indices, document ids."""

from datetime import datetime

STORIES = "stories"
QUOTES = "quotes"
EVENTS = "events"
METRICS = "metrics"
MATCHES = "matches"
ALERTS = "wire-alerts"
IDENTITIES = "wire-identities"


def index_of(alias: str, firstcreated: datetime) -> str:
    """Return the monthly index of a document: ``wire-stories-2024.05``."""
    return f"wire-{alias}-{firstcreated.year:04}.{firstcreated.month:02}"
