"""Stage deliver: send matches to webhooks and mailboxes. A match that cannot be delivered becomes a dead letter."""

from collections.abc import Sequence

from pipeline.alerts import webhook
from pipeline.alerts.delivery import Delivery, Notifier
from pipeline.alerts.match import Match
from pipeline.elasticsearch.client import connect
from pipeline.envelope import Envelope
from pipeline.workers.contract import Context, Done, Handler, Outcome


def handler(context: Context) -> Handler:
    """Return the stage's handler. Raises ConfigurationError if the webhook secret is invalid."""
    settings = context.settings
    notifier = Notifier(settings.alerts, webhook.connect(settings.alerts.allow_private))
    return Handler(Delivering(Delivery.of(connect(settings.elasticsearch), notifier)).work)


class Delivering:
    """The stage's work."""

    def __init__(self, delivery: Delivery) -> None:
        """Take what delivers."""
        self._delivery = delivery

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Deliver each match. Raises ElasticsearchUnavailable; the undelivered matches are then retried."""
        found = [Match.model_validate_json(envelope.payload) for envelope in batch]
        return [failed or Done("delivered") for failed in await self._delivery.deliver(found)]
