"""Detect tests, advisories, corrections and updates that only the headline or slugline announces.

The words are those that wires put first for their desks, in capitals, with a number or before a colon. A story
about a test or a correction has them within a sentence.
"""

import re
from typing import Literal

Signal = Literal["test", "advisory", "correction", "update"]

_SIGNALS: tuple[tuple[Signal, re.Pattern[str]], ...] = (
    (
        "test",
        re.compile(
            r"^\W*(?:(?:this is )?(?:only )?(?:a )?test(?:[\s:-]+(?:message|only|story|transmission|please"
            r"|ignore|do not (?:use|publish)|test)\b)+"
            r"|TEST(?:[\s,:-]+TEST)*|(?:please )?ignore[\s,:-]+test)\W*$",
            re.I,
        ),
    ),
    (
        "advisory",
        re.compile(
            r"^\W*(?:[A-Z]{2}-)?(?:[\w-]+[\s-])?(?:ADVISORY|ADVISORIES)\b|-+(?i:advisory)$"
            r"|^\W*(?:(?i:editors?'?)\s)?(?i:advisory)\s?[:—–-]|^\W*EDITORS\s?:"
            r"|^\W*(?i:note|attention|advisory) (?i:to) (?i:editors|subscribers|clients)\b"
            r"|^\W*(?:MANDATORY |BULLETIN |ADVISORY |STORY )*KILL\b",
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
        re.compile(r"^\W*(?:UPDATE \d{1,2}|WRAPUP \d{1,2}|UPDATED?(?=\s?[:)—–-]))|\b(?i:write-?thr(?:u|ough))\b"),
    ),
)


def signal_of(*lines: str | None) -> Signal | None:
    """Return the signal of the first line that has one, or None for a story."""
    signals = (signal for line in lines if line for signal, words in _SIGNALS if words.search(line))
    return next(signals, None)
