"""Deliver matches to the channels of their alerts: webhooks and mail addresses."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial

import httpx

from pipeline.alerts import delivery_log, mail, saved_searches, webhook
from pipeline.alerts.match import Match
from pipeline.alerts.saved_searches import WEBHOOK, Alert
from pipeline.elasticsearch.client import Client
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.settings import Alerts


class Notifier:
    """Send notifications: by ``web`` to webhooks, by ``send_mail`` to mail addresses."""

    def __init__(
        self, settings: Alerts, web: httpx.AsyncClient, send_mail: Callable[[Alerts, EmailMessage], None] = mail.send
    ) -> None:
        """Raise ConfigurationError if the secret is invalid."""
        self._settings, self._web, self._send_mail = settings, web, send_mail
        secret = settings.webhook_secret
        self._key = webhook.decode_secret(secret.get_secret_value()) if secret else None

    async def notify(self, match: Match, alert: Alert, channel: str) -> None:
        """Send the match. Raises DeliveryFailed, and ConfigurationError if no mail server is configured."""
        if channel == WEBHOOK and alert.webhook:
            await webhook.post(self._web, alert.webhook, match.id, match.model_dump_json().encode(), self._key)
        else:
            message = mail.compose(match, self._settings.sender, channel)
            await asyncio.to_thread(self._send_mail, self._settings, message)


@dataclass(frozen=True)
class Delivery:
    """Delivers each match once: what reads and records in Elasticsearch, and what notifies a channel."""

    load_alerts: Callable[[], Sequence[Alert]]
    delivered_channels: Callable[[Sequence[Match]], Mapping[str, Sequence[str]]]
    record: Callable[[Match, Sequence[str]], None]
    notify: Callable[[Match, Alert, str], Awaitable[None]]

    @classmethod
    def of(cls, client: Client, notifier: Notifier) -> "Delivery":
        """Return the delivery of the matches that this client has recorded."""
        return cls(
            load_alerts=partial(saved_searches.load_all, client),
            delivered_channels=partial(delivery_log.delivered_channels, client),
            record=partial(delivery_log.record_delivery, client),
            notify=notifier.notify,
        )

    async def deliver(self, found: Sequence[Match]) -> list[DeliveryFailed | None]:
        """Notify each channel that does not have the match yet. Return for each match why some could not be reached.

        Raises ElasticsearchUnavailable; what is delivered by then is recorded.
        """
        alerts = {alert.name: alert for alert in await asyncio.to_thread(self.load_alerts)}
        before = await asyncio.to_thread(self.delivered_channels, found)
        sent = (self._deliver(match, alerts.get(match.alert), before.get(match.id, ())) for match in found)
        return await asyncio.gather(*sent)

    async def _deliver(self, match: Match, alert: Alert | None, before: Sequence[str]) -> DeliveryFailed | None:
        done, failures = list(before), []
        for channel in alert.channels if alert else ():
            if alert and channel not in done:
                try:
                    await self.notify(match, alert, channel)
                    done.append(channel)
                except (DeliveryFailed, ConfigurationError) as error:
                    failures.append(str(error))
        await asyncio.to_thread(self.record, match, done)
        return DeliveryFailed("; ".join(failures)) if failures else None
