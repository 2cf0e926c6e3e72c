"""Guess from an item's bytes whether it is urgent, so that its feed can send it past what waits on ``wire.raw``.

The stage parse reads the urgency exactly, and sends the story on accordingly. A wrong guess costs time, never a story.
"""

import re

_READ = 1 << 20
"""How many bytes of an item to search."""
_URGENCY = re.compile(
    rb"""\b(?:urgency|priority) [^\w<]{1,12} (?:(?:formalname|ed-urg|content)\W{1,4})? 0?[12] \b""", re.I | re.X
)
"""``"urgency": 1`` (ninjs), ``<urgency>1`` (NewsML-G2), ``<Urgency FormalName="1"/>`` (NewsML),
``<urgency ed-urg="1"/>`` and ``<meta name="urgency" content="1"/>`` (NITF), ``X-Priority: 1`` (email)."""
_REMOVAL = re.compile(
    rb"""status [^\w<]{1,12} (?:(?:formalname|qcode|literal|content)\W{1,4})? (?:[\w./#-]{0,80}[:/#])?
    (?:cancell?ed | withheld | kill(?:ed)?) \b""",
    re.I | re.X,
)
_TELEPRINTER = re.compile(
    rb"""[\x00\x16\x7f\s]* \x01 \s? [A-Za-z\x80-\xff]{1,8} [-_ ]? \d{1,6}
    (?: [A-Za-z]?\s+0?[12]\s | [^\r\n\x02]{0,80}\r?\n\s*[fb]\s?[a-z]\W )""",
    re.I | re.X,
)
"""Priority 1 or 2 of IPTC 7901, flash or bulletin of ANPA 1312."""


def seems_urgent(value: bytes) -> bool:
    """Return whether the item seems to state urgency 1 or 2, or to kill or withhold a story."""
    start = value[:_READ]
    return bool(_TELEPRINTER.match(start) or _URGENCY.search(start) or _REMOVAL.search(start))
