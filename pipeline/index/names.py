"""What things are called in Elasticsearch: aliases, monthly indices, document ids."""

from datetime import datetime
from hashlib import blake2b

STORIES = "stories"
QUOTES = "quotes"
DESK = "wire-desk"
METRICS = "metrics"
MATCHES = "matches"
ALERTS = "wire-alerts"


def index_of(alias: str, firstcreated: datetime) -> str:
    """The monthly index of a document: ``wire-stories-2024.05``."""
    return f"wire-{alias}-{firstcreated:%Y.%m}"


def story_id(uri: str) -> str:
    """The story's id in every index: 32 hexadecimal digits made from its uri.

    A uri itself may be longer than the 512 bytes Elasticsearch takes.
    """
    return blake2b(uri.encode(), digest_size=16).hexdigest()


def quote_id(uri: str, number: int) -> str:
    """The id of the story's quote of that number, counted from 1."""
    return f"{story_id(uri)}-{number}"
