"""Stage alert: match newly indexed versions against the saved searches."""

import asyncio
from collections.abc import Sequence

from pipeline.alerts.match import Match
from pipeline.alerts.watching import Watch
from pipeline.elasticsearch.client import connect
from pipeline.envelope import Envelope, Headers
from pipeline.errors import AlertFailed
from pipeline.story import Indexed
from pipeline.workers.contract import Context, Done, Handler, Outcome, Send


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    return Handler(Matching(Watch.of(connect(context.settings.elasticsearch))).work)


class Matching:
    """The stage's work."""

    def __init__(self, watch: Watch) -> None:
        """Take what asks the alerts."""
        self._watch = watch

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Return the matches of each version. Raises ElasticsearchUnavailable; the batch is then repeated."""
        arrived = [Indexed.model_validate_json(envelope.payload) for envelope in batch]
        found, failed = await asyncio.to_thread(self._watch.matches, arrived)
        last = {each.uri: number for number, each in enumerate(arrived)}
        return [
            _outcome(envelope, [match for match in found if match.uri == each.uri], failed)
            if last[each.uri] == number
            else Done("no match")
            for number, (envelope, each) in enumerate(zip(batch, arrived, strict=True))
        ]


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
