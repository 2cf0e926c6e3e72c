"""Stage alert: match newly indexed versions against the saved searches."""

import asyncio
from collections.abc import Sequence

from pipeline.alerts import delivery_log
from pipeline.alerts.match import Match
from pipeline.alerts.matching import matches, search
from pipeline.alerts.saved_searches import load_all
from pipeline.elasticsearch.client import connect
from pipeline.envelope import Envelope, Headers
from pipeline.errors import AlertFailed
from pipeline.search.groups import relations
from pipeline.search.stories import refresh
from pipeline.story import Indexed
from pipeline.workers.contract import Context, Done, Handler, Outcome, Send


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    return Handler(Matching(context).work)


class Matching:
    """The stage's work: one search per alert for the whole batch, and two for the groups of what was found."""

    def __init__(self, context: Context) -> None:
        """Connect at first use."""
        self._client = connect(context.settings.elasticsearch)

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Return the matches of each version. Raises ElasticsearchUnavailable; the batch is then repeated."""
        arrived = [Indexed.model_validate_json(envelope.payload) for envelope in batch]
        found, failed = await asyncio.to_thread(self._found, arrived)
        last = {each.uri: number for number, each in enumerate(arrived)}
        return [
            _outcome(envelope, [match for match in found if match.uri == each.uri], failed)
            if last[each.uri] == number
            else Done("no match")
            for number, (envelope, each) in enumerate(zip(batch, arrived, strict=True))
        ]

    def _found(self, arrived: Sequence[Indexed]) -> tuple[list[Match], list[AlertFailed]]:
        alerts = load_all(self._client)
        if not alerts:
            return [], []
        refresh(self._client)
        now, failed = search(self._client, alerts, arrived)
        matching = {match.uri for found in now.values() for match in found}
        related = relations(self._client, matching) if matching else {}
        ours = {each.uri for each in arrived}
        earlier = delivery_log.find(self._client, sorted(ours), sorted(related.keys() - ours))
        return delivery_log.record(self._client, matches(alerts, arrived, now, earlier, related)), failed


def _outcome(envelope: Envelope, found: Sequence[Match], failed: Sequence[AlertFailed]) -> Outcome:
    """Send each match in a message of its own, so that one that cannot be delivered is replayed alone.

    An alert whose search fails makes a dead letter of the version, to be replayed later.
    """
    received = envelope.headers.received_at
    sends = [
        Send(match.alert, match.model_dump_json().encode(), headers=Headers(uri=match.uri, received_at=received))
        for match in found
    ]
    return (*sends, *failed[:1]) or Done("no match")
