"""Detect tests, advisories, corrections and updates that only the headline or slugline announces.

The words are those that wires put first for their desks, in capitals, with a number or before a colon. A story
about a test or a correction has them within a sentence.
"""

import re
from typing import Literal

from pipeline.clean.desk_words import any_of

Signal = Literal["test", "advisory", "correction", "update"]

_TEST_CHARACTERS = 200

_SIGNALS: tuple[tuple[Signal, re.Pattern[str]], ...] = (
    (
        "test",
        re.compile(
            rf"^\W*(?:this is |please )?(?:only )?(?:an? )?(?:{any_of('test', 'openings')})\b"
            rf"(?:\W+(?:{any_of('test', 'others')})\b)*\W*$",
            re.I,
        ),
    ),
    (
        "advisory",
        re.compile(
            r"^\W*(?:[A-Z]{2}-)?(?:[\w-]+[\s-])?(?:ADVISORY|ADVISORIES)\b|-+(?i:advisory)$"
            r"|^\W*(?:(?i:editors?'?)\s)?(?i:advisory)\s?[:—–-]|^\W*EDITORS\s?:"
            r"|^\W*(?i:note|attention|advisory) (?i:to) (?i:editors|subscribers|clients)\b"
            r"|^\W*(?:MANDATORY |BULLETIN |ADVISORY |STORY )*KILL\b"
            rf"|^\W*(?i:achtung\W+)?(?i:{any_of('advisory', 'imprint')})\W*$",
        ),
    ),
    (
        "correction",
        re.compile(
            r"^\W*(?:CORRECT(?:ION|ED|IVE|S)S?|(?:[Cc]orrect(?:ion|ed|s))(?=\s?[:)—–-])|KORREKTUR|BERICHTIGUNG|RECTIFICATIF)\b"
        ),
    ),
    (
        "update",
        re.compile(
            r"^\W*(?:UPDATE \d{1,2}|WRAPUP \d{1,2}|UPDATED?(?=\s?[:)—–-])"
            r"|ANNULE ET REMPLACE|ANNULLA E SOSTITUISCE|ANULA Y SUSTITUYE)|\b(?i:write-?thr(?:u|ough))\b"
        ),
    ),
)


def signal_of(*lines: str | None) -> Signal | None:
    """Return the signal of the first line that has one, or None for a story."""
    signals = (signal for line in lines if line for signal, words in _SIGNALS if words.search(line))
    return next(signals, None)


def is_test(body: str) -> bool:
    """Return whether a body says nothing but that the message is a test."""
    return len(body) <= _TEST_CHARACTERS and bool(_SIGNALS[0][1].match(" ".join(body.split())))
