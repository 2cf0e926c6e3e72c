"""The stages alert and deliver as functions from envelopes to outcomes. The record of deliveries is in memory."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from pipeline.alerts import webhook
from pipeline.alerts.delivery import Delivery, Notifier
from pipeline.alerts.match import Match
from pipeline.alerts.saved_searches import Alert
from pipeline.alerts.watching import Watch
from pipeline.envelope import Coordinate, Envelope, Headers
from pipeline.errors import AlertFailed, ConfigurationError, DeliveryFailed, ElasticsearchUnavailable
from pipeline.settings import Alerts
from pipeline.workers.contract import Done, Outcome, Send
from pipeline.workers.stages import alert, deliver
from tests.conftest import NOON
from tests.unit.test_alerts import ALERT, hit, indexed


class Record:
    """The matches found, and the channels that have each, by id."""

    def __init__(self) -> None:
        self.found: dict[str, Match] = {}
        self.delivered: dict[str, tuple[str, ...]] = {}

    def find(self, uris: Sequence[str], others: Sequence[str] = ()) -> list[Match]:
        told = [match for match in self.found.values() if match.uri in others and match.kind != "repeated"]
        return [match for match in self.found.values() if match.uri in uris] + told

    def record(self, found: Sequence[Match]) -> list[Match]:
        self.found |= {match.id: match for match in found}
        return [match for match in found if match.kind != "repeated" and match.id not in self.delivered]

    def delivered_channels(self, found: Sequence[Match]) -> dict[str, tuple[str, ...]]:
        return {match.id: self.delivered[match.id] for match in found if match.id in self.delivered}

    def record_delivery(self, match: Match, channels: Sequence[str]) -> None:
        self.delivered[match.id] = tuple(channels)


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def alerts() -> list[Alert]:
    """Return the saved searches, to be filled."""
    return []


def envelope(number: int, value: bytes) -> Envelope:
    headers = Headers(uri="urn:test:1", received_at=NOON)
    return Envelope(Coordinate("wire.test", 0, number), b"urn:test:1", value, headers.pairs())


class TestAlert:
    @pytest.fixture(autouse=True)
    def index(self, alerts, record):
        """Every alert but "broken" finds every story that is asked for."""
        self.versions: dict[str, int] = {}
        self.related: dict[str, dict[str, Any]] = {}
        self.asked: list[set[str]] = []

        def hits(saved: Alert, uris: Sequence[str]):
            if saved.name == "broken":
                raise ConfigurationError("400: too many clauses")
            return [hit(self.versions[uri], "leaked") | {"uri": uri} for uri in uris]

        def relations(uris: Collection[str]) -> dict[str, dict[str, Any]]:
            self.asked.append(set(uris))
            groups = [self.related[uri]["group"] for uri in uris if uri in self.related]
            return {uri: each for uri, each in self.related.items() if each["group"] in groups}

        self.watch = Watch(lambda: alerts, lambda: None, hits, relations, record.find, record.record)

    def outcomes(self, *versions: tuple[str, int]) -> list[Outcome]:
        """Return what becomes of these versions, which arrive in one batch."""
        self.versions |= dict(versions)
        batch = [indexed(number).model_copy(update={"uri": uri}) for uri, number in versions]
        messages = [envelope(number, each.model_dump_json().encode()) for number, each in enumerate(batch)]
        return asyncio.run(alert.Matching(self.watch).work(messages))

    def test_each_match_is_a_message_under_its_alert_with_the_story_s_uri_and_time(self, alerts):
        alerts += [ALERT, ALERT.model_copy(update={"name": "oil"})]
        ((gas, oil),) = self.outcomes(("urn:test:1", 1))
        assert isinstance(gas, Send)
        assert isinstance(oil, Send)
        assert (gas.key, oil.key) == ("gas", "oil")
        assert (gas.headers.uri, gas.headers.received_at) == ("urn:test:1", NOON)
        assert Match.model_validate_json(gas.value).version == 1

    def test_an_alert_whose_search_fails_makes_a_dead_letter_beside_the_matches_of_the_others(self, alerts):
        alerts += [ALERT.model_copy(update={"name": "broken"}), ALERT]
        ((sent, failed),) = self.outcomes(("urn:test:1", 1))
        assert isinstance(sent, Send)
        assert isinstance(failed, AlertFailed)
        assert "broken" in str(failed)
        assert "too many clauses" in str(failed)

    def test_of_several_versions_in_a_batch_the_last_is_notified(self, alerts):
        alerts.append(ALERT)
        first, other, last = self.outcomes(("urn:test:1", 1), ("urn:test:2", 1), ("urn:test:1", 2))
        assert isinstance(first, Done)
        assert [Match.model_validate_json(sent.value).version for (sent,) in (other, last)] == [1, 2]

    def test_a_message_that_comes_again_is_notified_again_until_it_was_delivered(self, alerts, record):
        alerts.append(ALERT)
        once, again = (self.outcomes(("urn:test:1", 1)) for _ in range(2))
        assert once == again
        record.delivered[next(iter(record.found))] = ()
        assert self.outcomes(("urn:test:1", 1)) == [Done("no match")]

    def test_of_a_group_the_first_is_a_message_and_its_copy_is_recorded(self, alerts, record):
        alerts.append(ALERT)
        self.related = {
            "urn:test:1": {"uri": "urn:test:1", "group": "g"},
            "urn:test:2": {"uri": "urn:test:2", "group": "g", "copyof": "urn:test:1"},
        }
        for _ in range(2):
            (first,), copy = self.outcomes(("urn:test:1", 1), ("urn:test:2", 1))
            assert first.headers.uri == "urn:test:1"
            assert copy == Done("no match")
        assert [(each.uri, each.kind) for each in record.found.values()] == [
            ("urn:test:1", "match"), ("urn:test:2", "repeated")
        ]  # fmt: skip
        assert self.outcomes(("urn:test:2", 1)) == [Done("no match")]

    def test_groups_are_looked_up_once_a_batch_whatever_the_number_of_alerts_and_not_without_a_match(self, alerts):
        alerts += [ALERT.model_copy(update={"name": f"gas{number}"}) for number in range(50)]
        self.outcomes(("urn:test:1", 1), ("urn:test:2", 1))
        assert self.asked == [{"urn:test:1", "urn:test:2"}]
        alerts[:] = [ALERT.model_copy(update={"name": "broken"})]
        self.outcomes(("urn:test:1", 1))
        assert len(self.asked) == 1

    def test_without_alerts_nothing_matches(self, alerts, record):
        assert self.outcomes(("urn:test:1", 1)) == [Done("no match")]
        assert not record.found


class TestDeliver:
    MAILED = ALERT.model_copy(update={"email": ("ann@example.org", "bob@example.org")})
    MATCH = Match(
        id="1", alert="gas", kind="match", uri="urn:test:1", version=1, versioncreated=NOON, firstcreated=NOON, at=NOON
    )  # fmt: skip

    @pytest.fixture(autouse=True)
    def delivery(self, alerts, record):
        """An address that has no mailbox refuses."""
        self.mailboxes: dict[str, list[str]] = {"ann@example.org": []}

        async def notify(match: Match, _alert: Alert, channel: str) -> None:
            if channel not in self.mailboxes:
                raise DeliveryFailed(f"{channel} refuses")
            self.mailboxes[channel].append(match.id)

        self.delivery = Delivery(lambda: alerts, record.delivered_channels, record.record_delivery, notify)

    def outcome(self) -> Outcome:
        message = envelope(0, self.MATCH.model_dump_json().encode())
        (outcome,) = asyncio.run(deliver.Delivering(self.delivery).work([message]))
        return outcome

    def test_a_recipient_that_refuses_is_a_dead_letter_and_keeps_no_other_waiting(self, alerts):
        alerts.append(self.MAILED)
        failed = self.outcome()
        assert isinstance(failed, DeliveryFailed)
        assert str(failed) == "bob@example.org refuses"
        assert self.mailboxes == {"ann@example.org": ["1"]}

    def test_one_that_is_replayed_goes_to_those_alone_who_do_not_have_it(self, alerts, record):
        alerts.append(self.MAILED)
        self.outcome()
        self.mailboxes["bob@example.org"] = []
        assert self.outcome() == Done("delivered")
        assert self.mailboxes == {"ann@example.org": ["1"], "bob@example.org": ["1"]}
        assert record.delivered == {"1": ("ann@example.org", "bob@example.org")}

    def test_an_alert_that_was_removed_notifies_nobody(self):
        assert self.outcome() == Done("delivered")
        assert self.mailboxes == {"ann@example.org": []}

    def test_a_webhook_in_this_network_is_a_dead_letter(self, alerts):
        alerts.append(ALERT.model_copy(update={"webhook": "http://127.0.0.1:9200/"}))
        notifier = Notifier(Alerts(), webhook.connect(private=False))
        self.delivery = replace(self.delivery, notify=notifier.notify)
        failed = self.outcome()
        assert isinstance(failed, DeliveryFailed)
        assert "an address of this network" in str(failed)

    def test_mail_goes_from_the_configured_sender_to_its_address(self, alerts):
        sent: list[EmailMessage] = []
        alerts.append(ALERT.model_copy(update={"email": ("ann@example.org",)}))
        settings = Alerts(sender="desk@example.org")
        notifier = Notifier(settings, webhook.connect(private=False), lambda _settings, mail: sent.append(mail))
        self.delivery = replace(self.delivery, notify=notifier.notify)
        assert self.outcome() == Done("delivered")
        assert [(mail["From"], mail["To"]) for mail in sent] == [("desk@example.org", "ann@example.org")]

    def test_while_elasticsearch_is_away_a_match_waits(self, alerts):
        def away(*_: object) -> None:
            raise ElasticsearchUnavailable("away")

        self.delivery = replace(self.delivery, record=away)
        alerts.append(self.MAILED)
        with pytest.raises(ElasticsearchUnavailable):
            self.outcome()
