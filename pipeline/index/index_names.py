"""The names of indices by time."""

from datetime import datetime

MONTHLY_SINCE = 2020
"""Earlier stories share an index a decade: an archive, or a source with strange dates, must not cost the server more
shards than it accepts (1,000 by default).
"""


def index_of(alias: str, firstcreated: datetime) -> str:
    """Return the index of a document: monthly (``wire-stories-2024.05``), or of a decade (``wire-stories-1990s``)."""
    if firstcreated.year < MONTHLY_SINCE:
        return f"wire-{alias}-{firstcreated.year // 10 * 10:04}s"
    return f"wire-{alias}-{firstcreated.year:04}.{firstcreated.month:02}"
