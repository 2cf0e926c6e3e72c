"""Detect tests, advisories, corrections and updates that only the headline or slugline announces.

The words are those that wires put first for their desks, in capitals, with a number or before a colon. A story
about a test or a correction has them within a sentence.
"""

import re
from typing import Literal

from pipeline.languages.words import any_of

Signal = Literal["test", "advisory", "correction", "update"]

_TEST_CHARACTERS = 200

_SIGNALS: tuple[tuple[Signal, re.Pattern[str]], ...] = (
    (
        "test",
        re.compile(
            rf"^\W*(?:{any_of('test', 'before')})(?:{any_of('test', 'openings')})\b"
            rf"(?:\W+(?:{any_of('test', 'others')})\b)*\W*$",
            re.I,
        ),
    ),
    (
        "advisory",
        re.compile(
            rf"{any_of('advisory', 'openings')}"
            rf"|^\W*(?i:(?:(?:{any_of('notes', 'attention')})\W+)?(?:{any_of('advisory', 'imprint')}))\W*$"
        ),
    ),
    ("correction", re.compile(rf"^\W*(?:{any_of('correction', 'signals')})\b")),
    ("update", re.compile(any_of("update", "signals"))),
)


def signal_of(*lines: str | None) -> Signal | None:
    """Return the signal of the first line that has one, or None for a story."""
    signals = (signal for line in lines if line for signal, words in _SIGNALS if words.search(line))
    return next(signals, None)


def is_test(body: str) -> bool:
    """Return whether a body says nothing but that the message is a test."""
    return len(body) <= _TEST_CHARACTERS and bool(_SIGNALS[0][1].match(" ".join(body.split())))
