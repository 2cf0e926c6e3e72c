"""Tell what somebody said from orders and notes of the desk."""

import re

from pipeline.languages.words import any_of

_SAID = rf"(?!{any_of('speech', 'relative')})(?:[\w.'’-]+\s){{0,4}}?(?:{any_of('speech', 'verbs')})\b"
_ATTRIBUTED = re.compile(rf"^[“\"«„‘]|[,”\"»“]\s{_SAID}", re.I)


def is_attributed(sentence: str) -> bool:
    """Return whether a sentence is what somebody said, which is no order or note of the desk."""
    return bool(_ATTRIBUTED.search(sentence))
