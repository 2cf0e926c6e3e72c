"""Stage deliver: send matches to webhooks and mailboxes. A match that cannot be delivered becomes a dead letter."""

import asyncio
from collections.abc import Sequence

from pipeline.alerts import delivery_log
from pipeline.alerts.match import Match
from pipeline.alerts.notify import Notifier
from pipeline.alerts.saved_searches import Alert, load_all
from pipeline.elasticsearch.client import connect
from pipeline.envelope import Envelope
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.workers.contract import Context, Done, Handler, Outcome


def handler(context: Context) -> Handler:
    """Return the stage's handler. Raises ConfigurationError if the webhook secret is invalid."""
    return Handler(Delivery(context).work)


class Delivery:
    """The stage's work."""

    def __init__(self, context: Context) -> None:
        """Connect at first use. Raises ConfigurationError if the secret is invalid."""
        self._notifier = Notifier(context.settings.alerts)
        self._client = connect(context.settings.elasticsearch)

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Deliver each match. Raises ElasticsearchUnavailable; the undelivered matches are then retried."""
        found = [Match.model_validate_json(envelope.payload) for envelope in batch]
        alerts = {alert.name: alert for alert in await asyncio.to_thread(load_all, self._client)}
        before = await asyncio.to_thread(delivery_log.delivered_channels, self._client, found)
        outcomes = (self._outcome(match, alerts.get(match.alert), before.get(match.id, ())) for match in found)
        return await asyncio.gather(*outcomes)

    async def _outcome(self, match: Match, alert: Alert | None, before: Sequence[str]) -> Outcome:
        """Notify each channel that does not have the match yet."""
        done, failures = list(before), []
        for channel in alert.channels if alert else ():
            if alert and channel not in done:
                try:
                    await self._notifier.notify(match, alert, channel)
                    done.append(channel)
                except (DeliveryFailed, ConfigurationError) as error:
                    failures.append(str(error))
        await asyncio.to_thread(delivery_log.record_delivery, self._client, match, done)
        return DeliveryFailed("; ".join(failures)) if failures else Done("delivered")
