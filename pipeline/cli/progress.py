"""The live picture of a running ``wire up``."""

import time

from rich.table import Table

from pipeline.broker.lag import Lag, lags
from pipeline.embedded.servers import Servers
from pipeline.errors import TransientError
from pipeline.index import connection
from pipeline.index.names import QUOTES, STORIES
from pipeline.settings import Settings

_LAG_EVERY = 5.0
"""Seconds between two looks at the broker, which cost more than counting documents."""


class Progress:
    """Counts of documents and backlogs, asked for anew when they are old."""

    def __init__(self, settings: Settings, servers: Servers) -> None:
        """Connect lazily."""
        self._servers = servers
        self._client = connection.connect(servers.elasticsearch, settings.elasticsearch.timeout)
        self._lags: list[Lag] = []
        self._looked = 0.0
        self._counted: list[tuple[float, int]] = []

    def table(self) -> Table:
        """The picture now."""
        table = Table.grid(padding=(0, 3))
        try:
            stories, quotes = self._count(STORIES), self._count(QUOTES)
            if time.monotonic() - self._looked > _LAG_EVERY:
                self._lags, self._looked = lags(self._servers.kafka), time.monotonic()
        except TransientError as error:
            table.add_row(f"[yellow]waiting: {error}[/]")
            return table
        self._counted = [*self._counted[-10:], (time.monotonic(), stories)]
        (then, before), (now, _) = self._counted[0], self._counted[-1]
        rate = (stories - before) / (now - then) if now > then else 0.0
        table.add_row(f"[bold]{stories:,}[/] stories", f"[bold]{quotes:,}[/] quotes", f"{rate:,.0f} stories/s", *(
            f"{lag.stage} [{'green' if not lag.messages else 'yellow'}]{lag.messages:,} behind[/]" for lag in self._lags
        ))
        return table

    def _count(self, alias: str) -> int:
        with connection.speaking_to(self._servers.elasticsearch):
            answer = self._client.count(index=alias, ignore_unavailable=True, allow_no_indices=True)
        return int(answer["count"])
