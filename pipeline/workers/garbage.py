"""Collect garbage more rarely than Python does by itself, which takes an eighth of a worker's time."""

import gc

_COLLECTION = (5_000, 10, 50)
"""Collect after so many new objects instead of 700: a story has thousands, hardly any of them in a cycle."""


def collect_rarely() -> None:
    """Look at the objects that exist now, modules and a model mostly, for the last time, and at new ones rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTION)
