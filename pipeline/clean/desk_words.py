"""The words of desks, as patterns; ``desk_words.toml`` lists them."""

import re
import tomllib
from importlib.resources import files

_WORDS = tomllib.loads(files("pipeline.clean").joinpath("desk_words.toml").read_text(encoding="utf-8"))


def any_of(kind: str, *parts: str) -> str:
    """Return a pattern for any of the words in these parts of a section."""
    found = "|".join(pattern for part in parts for pattern in _WORDS[kind][part])
    for noun, pattern in _WORDS["nouns"].items():
        found = found.replace(f"{{{noun}}}", pattern)
    return found.replace(" ", r"\s")


_ATTRIBUTED = re.compile(
    rf"^[“\"«„‘]|[,”\"»“]\s(?!which|that|who)(?:[\w.'’-]+\s){{0,4}}?(?:{any_of('speech', 'verbs')})\b", re.I
)


def is_attributed(sentence: str) -> bool:
    """Return whether a sentence is what somebody said, which is no order or note of the desk."""
    return bool(_ATTRIBUTED.search(sentence))
