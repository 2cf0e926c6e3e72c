"""Stage alert: what was indexed, against the saved searches."""

import asyncio
from collections.abc import Sequence

from faust.types import EventT

from pipeline.alerts import told
from pipeline.alerts.matching import Match, matches
from pipeline.alerts.saved import saved
from pipeline.index.connection import connect
from pipeline.search.stories import make_findable
from pipeline.story import Indexed
from pipeline.workers import trace
from pipeline.workers.app import Context
from pipeline.workers.settle import Done, Outcome, Send

_KEPT = ("received-at",)


class Matcher:
    """The matcher of one worker."""

    def __init__(self, context: Context) -> None:
        """Connect lazily."""
        self._client = connect(context.servers.elasticsearch)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """What is to be told of each version. Raises ElasticsearchAway, after which all of it is done again."""
        arrived = [Indexed.model_validate_json(event.message.value or b"") for event in events]
        found = await asyncio.to_thread(self._found, arrived)
        last = {each.uri: number for number, each in enumerate(arrived)}
        return [
            _outcome(event, [match for match in found if match.uri == each.uri] if last[each.uri] == number else [])
            for number, (event, each) in enumerate(zip(events, arrived, strict=True))
        ]

    def _found(self, arrived: Sequence[Indexed]) -> list[Match]:
        alerts = saved(self._client)
        if not alerts:
            return []
        make_findable(self._client)
        before = told.about(self._client, list({each.uri for each in arrived}))
        return told.remember(self._client, matches(self._client, alerts, arrived, before))


def _outcome(event: EventT, found: Sequence[Match]) -> Outcome:
    """The matches on their way, in messages of their own: one that cannot be delivered is replayed alone."""
    headers = {name: value for name, value in trace.headers_of(event).items() if name in _KEPT}
    sends = [
        Send(match.alert, match.model_dump_json().encode(), headers=headers | {"uri": match.uri.encode()})
        for match in found
    ]
    return tuple(sends) or Done("no match")
