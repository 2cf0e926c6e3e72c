"""Show the progress of a running ``wire up``."""

import time

from rich.table import Table

from pipeline.errors import KafkaUnavailable
from pipeline.kafka.lag import Lag, lags
from pipeline.settings import Kafka

_EVERY = 2.0
"""Seconds between two requests to the broker; counting documents would load the index more."""
_WINDOW = 5


class Progress:
    """Measures how far the stages are, and how fast."""

    def __init__(self, kafka: Kafka) -> None:
        """Measure at this broker."""
        self._kafka = kafka
        self._lags: list[Lag] = []
        self._looked = 0.0
        self._done: list[tuple[float, int]] = []

    def table(self) -> Table:
        """Return the current state as a table."""
        table = Table.grid(padding=(0, 3))
        try:
            self._measure()
        except KafkaUnavailable as error:
            table.add_row(f"[yellow]waiting: {error}[/]")
            return table
        (then, before), (now, done) = self._done[0], self._done[-1]
        rate = (done - before) / (now - then) if now > then else 0.0
        behind = (
            f"{lag.stage} [{'yellow' if lag.messages else 'green'}]{lag.messages:,} behind[/]" for lag in self._lags
        )
        table.add_row(f"[bold]{done:,}[/] indexed", f"{rate:,.1f} a second", *behind)
        return table

    def _measure(self) -> None:
        now = time.monotonic()
        if self._lags and now - self._looked < _EVERY:
            return
        self._lags, self._looked = lags(self._kafka), now
        self._done = [*self._done[-_WINDOW:], (now, self._lags[-1].done)]
