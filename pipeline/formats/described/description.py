"""Describe an agency's own XML or JSON in a TOML file: how to recognise it, and where each field of a story stands.

docs/how-to/add-a-format.md explains the file.
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigurationError
from pipeline.formats.described.selectors import Select, Syntax, selector

TEXTS = ("uri", "version", "pubstatus", "signal", "urgency", "language", "headline", "slugline", "byline", "dateline",
         "located", "ednote", "usageterms", "copyrightholder", "source", "body", "kind", "caption")  # fmt: skip
TIMES = ("versioncreated", "firstcreated", "embargoed")
LISTS = ("keyword", "subject", "genre")
_MOST_BYTES = 100_000
_MOST_RULES = 20


def _alternatives(value: Any) -> Any:
    """Return alternatives as a list of tables: a rule may be a path, a table, or a list of either."""
    entries = value if isinstance(value, list) else [value]
    return [{"path": entry} if isinstance(entry, str) else entry for entry in entries]


class Rule(BaseModel):
    """Where a value stands, and what to do with it.

    ``join`` puts several values together with this text between them; without it the first one counts. ``html``
    strips tags and keeps paragraphs. ``zone`` is that of a time that states none, ``format`` how a time is written
    (as for strptime) if it is not ISO 8601. ``map`` replaces values. ``code`` and ``name`` are paths from a subject
    to its parts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    join: str | None = None
    html: bool = False
    zone: str | None = None
    format: str | None = None
    map: dict[str, str] = {}
    code: str | None = None
    name: str | None = None

    @model_validator(mode="after")
    def _has_a_known_zone(self) -> "Rule":
        if self.zone is not None:
            try:
                ZoneInfo(self.zone)
            except (OSError, ValueError, KeyError):
                raise ValueError(f"zone: {self.zone!r} is none of the IANA time zone database") from None
        return self


Rules = Annotated[tuple[Rule, ...], BeforeValidator(_alternatives), Field(min_length=1, max_length=_MOST_RULES)]


class Recognition(BaseModel):
    """How the beginning of a file shows the format: the name of its root element, and texts that it contains."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    root: str | None = None
    contains: Annotated[tuple[str, ...], Field(max_length=_MOST_RULES)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Recognition":
        if not self.root and not self.contains:
            raise ValueError("needs root or contains")
        return self


class Fields(BaseModel):
    """The rules of each field of a story; ``extra`` takes any name.

    ``kind`` tells pictures, recordings and planning from stories, ``caption`` is the text of a picture.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    uri: Rules | None = None
    version: Rules | None = None
    pubstatus: Rules | None = None
    signal: Rules | None = None
    urgency: Rules | None = None
    language: Rules | None = None
    headline: Rules | None = None
    slugline: Rules | None = None
    byline: Rules | None = None
    dateline: Rules | None = None
    located: Rules | None = None
    ednote: Rules | None = None
    usageterms: Rules | None = None
    copyrightholder: Rules | None = None
    source: Rules | None = None
    body: Rules | None = None
    kind: Rules | None = None
    caption: Rules | None = None
    versioncreated: Rules | None = None
    firstcreated: Rules | None = None
    embargoed: Rules | None = None
    keyword: Rules | None = None
    subject: Rules | None = None
    genre: Rules | None = None
    extra: dict[str, Rules] = {}


class Description(BaseModel):
    """A format by description.

    ``items`` selects the items of a file that has several; without a match the file is one item. In JSON the paths of
    ``fields`` begin at the item; in XML at the document, which has one item then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    title: str
    document: str | None = None
    syntax: Syntax
    recognise: Recognition
    items: str | None = None
    fields: Fields

    def selectors(self) -> dict[str, Select]:
        """Return what selects the values of each path, by the path. Raises ValueError with field and path."""
        found: dict[str, Select] = {}
        for where, path in self._paths():
            try:
                found[path] = selector(path, self.syntax)
            except ValueError as error:
                raise ValueError(f"{where}: {path}: {error}") from None
        return found

    def rules(self) -> dict[str, tuple[Rule, ...]]:
        """Return the rules by field, ``extra.name`` for those of ``extra``."""
        named = {name: getattr(self.fields, name) for name in (*TEXTS, *TIMES, *LISTS)}
        named |= {f"extra.{name}": rules for name, rules in self.fields.extra.items()}
        return {name: rules for name, rules in named.items() if rules}

    def _paths(self) -> list[tuple[str, str]]:
        paths = [("items", self.items)] if self.items else []
        for field, rules in self.rules().items():
            for rule in rules:
                paths += [(f"fields.{field}", each) for each in (rule.path, rule.code, rule.name) if each]
        return paths


def load(path: Path) -> Description:
    """Return the description in a file. Raises ConfigurationError with the line and what is wrong there."""
    try:
        text = path.read_bytes()[: _MOST_BYTES + 1].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    if len(text) > _MOST_BYTES:
        raise ConfigurationError(f"{path}: over {_MOST_BYTES:,} bytes")
    try:
        found = Description.model_validate(tomllib.loads(text))
        found.selectors()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = [str(part) for part in first["loc"]]
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{path}, line {_line(text, where)}: {'.'.join(where)}: {reason}") from None
    except ValueError as error:
        where = str(error).partition(":")[0].split(".")
        raise ConfigurationError(f"{path}, line {_line(text, where)}: {error}") from None
    return found


def _line(text: str, where: list[str]) -> int:
    """Return the line of the innermost key of a path that the file has; 1 if there is none."""
    names = [name for name in where if not name.isdecimal()]
    for name in reversed(names):
        pattern = rf'^\s*(?:\[[\w.]*\b)?"?{re.escape(name)}"?\s*(?:[.=\]])|\b{re.escape(name)}\s*='
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(pattern, line):
                return number
    return 1
