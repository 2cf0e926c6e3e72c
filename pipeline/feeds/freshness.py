"""Measure how fresh a feed is: its last item, its usual interval, and whether it has fallen silent."""

from dataclasses import dataclass, replace

_WEIGHT = 0.2
"""The weight of the latest interval in the moving average."""
_FEWEST = 5
"""The arrivals a feed needs before it has a pace of its own."""
_PATIENCE = 4.0
_LEAST_SILENCE = 300.0


@dataclass(frozen=True)
class Freshness:
    """A feed's arrivals so far. Times are seconds since 1970, durations seconds.

    ``pace`` is the usual interval between arrivals, ``searchable`` the usual time from an item's arrival until it
    is searchable; None while unknown.
    """

    items: int = 0
    arrivals: int = 0
    last: float | None = None
    pace: float | None = None
    searchable: float | None = None

    def with_arrivals(self, items: int, now: float) -> "Freshness":
        """Return the freshness after this many items arrived at once."""
        gap = max(0.0, now - self.last) if self.last is not None else None
        return replace(
            self, items=self.items + items, arrivals=self.arrivals + 1, last=now, pace=_smoothed(self.pace, gap)
        )

    def with_delay(self, seconds: float) -> "Freshness":
        """Return the freshness after an item became searchable this many seconds after its arrival."""
        return replace(self, searchable=_smoothed(self.searchable, seconds))

    def is_silent(self, now: float, allowed: float | None = None) -> bool:
        """Return whether nothing arrived for longer than ``allowed``, or than its own pace suggests."""
        if self.last is None:
            return False
        if allowed is None:
            if self.pace is None or self.arrivals < _FEWEST:
                return False
            allowed = max(_LEAST_SILENCE, _PATIENCE * self.pace)
        return now - self.last > allowed


def _smoothed(usual: float | None, latest: float | None) -> float | None:
    if usual is None or latest is None:
        return latest if usual is None else usual
    return (1 - _WEIGHT) * usual + _WEIGHT * latest
