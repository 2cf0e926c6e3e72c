"""Watch what is indexed: ask all alerts about newly indexed versions, and record what they find."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.alerts import delivery_log, saved_searches
from pipeline.alerts.match import Match
from pipeline.alerts.matching import matches, search
from pipeline.alerts.repetition import Relations
from pipeline.alerts.saved_searches import Alert
from pipeline.elasticsearch.client import Client
from pipeline.errors import AlertFailed
from pipeline.search.groups import relations
from pipeline.search.stories import refresh
from pipeline.story import Indexed


@dataclass(frozen=True)
class Watch:
    """What watching asks of Elasticsearch; ``of`` has the functions. Each raises ElasticsearchUnavailable."""

    load_alerts: Callable[[], Sequence[Alert]]
    refresh: Callable[[], None]
    find_hits: Callable[[Alert, Sequence[str]], Iterable[dict[str, Any]]]
    relations: Callable[[Collection[str]], Relations]
    find_matches: Callable[[Sequence[str], Sequence[str]], Iterable[Match]]
    record: Callable[[Sequence[Match]], list[Match]]

    @classmethod
    def of(cls, client: Client) -> "Watch":
        """Return the watch over the indices of this client."""
        return cls(
            load_alerts=partial(saved_searches.load_all, client),
            refresh=partial(refresh, client),
            find_hits=partial(saved_searches.find_hits, client),
            relations=partial(relations, client),
            find_matches=partial(delivery_log.find, client),
            record=partial(delivery_log.record, client),
        )

    def matches(self, arrived: Sequence[Indexed]) -> tuple[list[Match], list[AlertFailed]]:
        """Record what these versions match, with one search per alert and two for the groups of what is found.

        Return the matches to deliver, and the alerts whose search failed. Raises ElasticsearchUnavailable.
        """
        alerts = self.load_alerts()
        if not alerts:
            return [], []
        self.refresh()
        found, failed = search(self.find_hits, alerts, arrived)
        matching = {match.uri for some in found.values() for match in some}
        related = self.relations(matching) if matching else {}
        ours = {each.uri for each in arrived}
        earlier = self.find_matches(sorted(ours), sorted(related.keys() - ours))
        return self.record(matches(alerts, arrived, found, earlier, related)), failed
