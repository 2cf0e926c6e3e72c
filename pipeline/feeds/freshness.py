"""How fresh a feed is: when its last item came, how often items usually come, and whether it has fallen silent."""

from dataclasses import dataclass, replace

_WEIGHT = 0.2
"""Of the latest gap in the usual one."""
_FEWEST = 5
"""Arrivals before a feed has a pace of its own."""
_PATIENCE = 4.0
_LEAST_SILENCE = 300.0


@dataclass(frozen=True)
class Freshness:
    """A feed's arrivals so far; times in seconds since 1970, durations in seconds.

    ``pace`` is the usual gap between arrivals, ``searchable`` what it usually takes from an item's
    arrival to its being searchable; None until it is known.
    """

    items: int = 0
    arrivals: int = 0
    last: float | None = None
    pace: float | None = None
    searchable: float | None = None

    def with_arrivals(self, items: int, now: float) -> "Freshness":
        """After so many items came at once."""
        gap = max(0.0, now - self.last) if self.last is not None else None
        return replace(
            self, items=self.items + items, arrivals=self.arrivals + 1, last=now, pace=_smoothed(self.pace, gap)
        )

    def with_delay(self, seconds: float) -> "Freshness":
        """After an item was searchable so many seconds after it came."""
        return replace(self, searchable=_smoothed(self.searchable, seconds))

    def is_silent(self, now: float, allowed: float | None = None) -> bool:
        """Whether nothing came for longer than ``allowed``, or else than its own pace lets expect."""
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
