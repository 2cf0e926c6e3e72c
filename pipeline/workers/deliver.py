"""Stage deliver: matches to webhooks and mailboxes. One that cannot be told is a dead letter."""

import asyncio
from collections.abc import Sequence

from faust.types import EventT

from pipeline.alerts import mail, told, webhook
from pipeline.alerts.matching import Match
from pipeline.alerts.saved import Alert, saved
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.index.connection import connect
from pipeline.workers.app import Context
from pipeline.workers.settle import Done, Outcome


class Deliverer:
    """The deliverer of one worker."""

    def __init__(self, context: Context) -> None:
        """Connect lazily. Raises ConfigurationError where the secret is none."""
        self._settings = context.settings.alerts
        secret = self._settings.webhook_secret
        self._key = webhook.key_of(secret.get_secret_value()) if secret else None
        self._elasticsearch = connect(context.servers.elasticsearch)
        self._web = webhook.connect()

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """Tell each match. Raises ElasticsearchAway, after which what was not told is told."""
        alerts = {alert.name: alert for alert in await asyncio.to_thread(saved, self._elasticsearch)}
        found = [Match.model_validate_json(event.message.value or b"") for event in events]
        return await asyncio.gather(*(self._outcome(match, alerts.get(match.alert)) for match in found))

    async def _outcome(self, match: Match, alert: Alert | None) -> Outcome:
        """Tell it on each channel that does not have it yet."""
        known = await asyncio.to_thread(told.delivered, self._elasticsearch, match)
        done = list(known or ())
        failures: list[str] = []
        for channel in alert.channels if alert else ():
            if channel in done:
                continue
            try:
                await self._tell(match, channel, alert.webhook if alert else None)
                done.append(channel)
            except (DeliveryFailed, ConfigurationError) as error:
                failures.append(str(error))
        await asyncio.to_thread(told.note_delivered, self._elasticsearch, match, done)
        return DeliveryFailed("; ".join(failures)) if failures else Done("delivered")

    async def _tell(self, match: Match, channel: str, address: str | None) -> None:
        if channel == "webhook" and address:
            await webhook.post(self._web, address, match.id, match.model_dump_json().encode(), self._key)
        else:
            message = mail.written(match, self._settings.sender, channel)
            await asyncio.to_thread(mail.send, self._settings, message)
