"""What an extraction is: a row that says all that the rest of wire needs to show, search and export it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.span import Mention


@dataclass(frozen=True)
class Filter:
    """How stories are searched by it.

    ``read`` returns a value as it is kept, and raises ConfigurationError for one that is none; ``condition`` returns
    what Elasticsearch is asked; ``metavar`` stands for a value in the help of a command, which shows the ``examples``.
    """

    name: str
    finds: str
    metavar: str
    read: Callable[[str], str]
    condition: Callable[[str], dict[str, Any]]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Extraction:
    """What is found in a body beside entities, quotes, dates and events.

    ``name`` is the field of the story, ``value`` the type of what it holds, ``mapping`` that of the index. ``title``
    says in words what was found. ``find`` finds it in a body of any language; without it, a language's folder does.
    """

    name: str
    value: type[Mention]
    mapping: Mapping[str, Any]
    title: Callable[[Any], str] = str
    filter: Filter | None = None
    find: Callable[[str], tuple[Mention, ...]] | None = None
