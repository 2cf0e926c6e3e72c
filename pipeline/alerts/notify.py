"""Send a match to one channel of its alert: a webhook or a mail address."""

import asyncio

import httpx

from pipeline.alerts import mail, webhook
from pipeline.alerts.match import Match
from pipeline.alerts.saved_searches import WEBHOOK, Alert
from pipeline.settings import Alerts


class Notifier:
    """Send notifications as configured. Raises ConfigurationError if the secret is invalid."""

    def __init__(self, settings: Alerts) -> None:
        """Connect at first use."""
        self._settings = settings
        secret = settings.webhook_secret
        self._key = webhook.decode_secret(secret.get_secret_value()) if secret else None
        self._web: httpx.AsyncClient | None = None

    async def notify(self, match: Match, alert: Alert, channel: str) -> None:
        """Send the match. Raises DeliveryFailed, and ConfigurationError if no mail server is configured."""
        if channel == WEBHOOK and alert.webhook:
            self._web = self._web or webhook.connect(self._settings.allow_private)
            await webhook.post(self._web, alert.webhook, match.id, match.model_dump_json().encode(), self._key)
        else:
            message = mail.compose(match, self._settings.sender, channel)
            await asyncio.to_thread(mail.send, self._settings, message)

    async def close(self) -> None:
        """Close the connections."""
        if self._web:
            await self._web.aclose()
