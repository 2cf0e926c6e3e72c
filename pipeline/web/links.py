"""Keep the state of a page in its address: build links that change one part of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from pipeline.documents.kind import Kind
from pipeline.documents.kinds import PARTS
from pipeline.search.filters import FILTERS

State = Mapping[str, str | list[str]]
_OF_A_PAGE = ("cursor",)


@dataclass(frozen=True)
class Links:
    """Build addresses that repeat the search with something changed, always from the first page."""

    state: State
    path: str = "/"

    def __call__(self, path: str | None = None, /, **changes: str | list[str] | None) -> str:
        """Set these parameters; None and empty values remove one."""
        merged = {name: value for name, value in self.state.items() if name not in _OF_A_PAGE} | changes
        pairs = {name: value for name, value in merged.items() if value}
        query = urlencode(pairs, doseq=True)
        return f"{path or self.path}?{query}" if query else path or self.path

    def adding(self, name: str, value: str) -> str:
        """Add one value to a filter."""
        return self(**{name: [*self.values(name), value]})

    def without(self, name: str, value: str) -> str:
        """Remove one value from a filter."""
        return self(**{name: [each for each in self.values(name) if each != value]})

    def to_kind(self, kind: Kind) -> str:
        """Search another kind of documents, without the filters that it does not have."""
        chosen = {each.alias: "true" if each is kind else None for each in PARTS}
        missing = {name: None for name, row in FILTERS.items() if kind not in row.fields}
        return self(collapsed=None, **chosen, **missing)

    def between(self, since: datetime, until: datetime, prefix: str = "") -> str:
        """Restrict the time span; with the prefix ``happened_``, that of events' own dates."""
        return self(**{f"{prefix}since": _text(since), f"{prefix}until": _text(until)})

    def values(self, name: str) -> list[str]:
        """Return the values of a filter."""
        value = self.state.get(name, [])
        return [value] if isinstance(value, str) else list(value)

    def chosen(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Return the active filters, with each of their values."""
        for name in names:
            for value in self.values(name):
                yield name, value

    def hidden(self, *leaving_out: str) -> Iterator[tuple[str, str]]:
        """Return the parameters that a form must carry along."""
        for name in self.state:
            if name not in (*leaving_out, *_OF_A_PAGE):
                yield from ((name, value) for value in self.values(name) if value)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="minutes").replace("+00:00", "Z")
