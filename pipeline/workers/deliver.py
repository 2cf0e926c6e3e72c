"""Stage deliver: matches to webhooks and mailboxes. One that cannot be told is a dead letter."""

import asyncio
from collections.abc import Sequence

from faust.types import EventT

from pipeline.alerts import told
from pipeline.alerts.matching import Match
from pipeline.alerts.saved import Alert, saved
from pipeline.alerts.telling import Teller
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.index.connection import connect
from pipeline.workers.app import Context
from pipeline.workers.settle import Done, Outcome


class Deliverer:
    """The deliverer of one worker."""

    def __init__(self, context: Context) -> None:
        """Connect lazily. Raises ConfigurationError where the secret is none."""
        self._teller = Teller(context.settings.alerts)
        self._client = connect(context.servers.elasticsearch)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """Tell each match. Raises ElasticsearchAway, after which what was not told is told."""
        found = [Match.model_validate_json(event.message.value or b"") for event in events]
        alerts = {alert.name: alert for alert in await asyncio.to_thread(saved, self._client)}
        before = await asyncio.to_thread(told.delivered, self._client, found)
        outcomes = (self._outcome(match, alerts.get(match.alert), before.get(match.id, ())) for match in found)
        return await asyncio.gather(*outcomes)

    async def _outcome(self, match: Match, alert: Alert | None, before: Sequence[str]) -> Outcome:
        """Tell it on each channel that does not have it yet."""
        done, failures = list(before), []
        for channel in alert.channels if alert else ():
            if alert and channel not in done:
                try:
                    await self._teller.tell(match, alert, channel)
                    done.append(channel)
                except (DeliveryFailed, ConfigurationError) as error:
                    failures.append(str(error))
        await asyncio.to_thread(told.note_delivered, self._client, match, done)
        return DeliveryFailed("; ".join(failures)) if failures else Done("delivered")
