"""Which notifications a version causes, given the earlier ones; signatures and mails."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts import matching, webhook
from pipeline.alerts.mail import compose
from pipeline.alerts.match import Match
from pipeline.alerts.matching import matches
from pipeline.alerts.saved_searches import Alert, new
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.story import Indexed
from tests.conftest import NOON

ALERT = Alert(name="gas", query="gas", created=NOON - timedelta(days=1))
URI = "urn:test:1"


def indexed(version: int, *, usable: bool = True) -> Indexed:
    return Indexed(
        uri=URI, version=version, versioncreated=NOON, firstcreated=NOON, pubstatus="usable" if usable else "canceled"
    )


def hit(version: int, sentence: str) -> dict[str, Any]:
    """Return the story as a search finds it."""
    body = f"\ue000gas\ue001 {sentence}."
    return {
        "uri": URI, "version": version, "versioncreated": NOON.isoformat(), "firstcreated": NOON.isoformat(),
        "headline": "Gas", "source": {"name": "Test", "receivedat": NOON.isoformat()}, "body": body,
        "highlight": {"body": [f"{body} And more {version}."]},
    }  # fmt: skip


@pytest.fixture
def tell(monkeypatch):
    """Return the notifications for an arrival, given the matches in the index."""

    def notified(arrived: Indexed, found: list[dict[str, Any]], before: list[Match]) -> list[Match]:
        monkeypatch.setattr(matching, "_hits", lambda *_: found)
        found, failed = matches(None, [ALERT], [arrived], before)
        assert not failed
        return found

    return notified


class TestAStorysLife:
    LIFE = (
        (indexed(1), [hit(1, "leaked")], ["match"]),
        (indexed(2), [hit(2, "leaked")], ["match"]),
        (indexed(3), [hit(3, "exploded")], ["corrected"]),
        (indexed(4), [], ["withdrawn"]),
        (indexed(5), [], []),
        (indexed(6), [hit(6, "leaked again")], ["match"]),
        (indexed(7, usable=False), [], ["killed"]),
    )

    def test_each_version_is_notified_as_new_corrected_or_killed(self, tell):
        before: list[Match] = []
        for arrived, found, kinds in self.LIFE:
            notified = tell(arrived, found, before)
            assert [(each.kind, each.version) for each in notified] == [(kind, arrived.version) for kind in kinds]
            before += notified

    def test_the_same_arrival_again_tells_the_same(self, tell):
        before: list[Match] = []
        for arrived, found, _ in self.LIFE:
            notified = tell(arrived, found, before)
            before += notified
            assert tell(arrived, found, before) == notified

    def test_an_outdated_version_is_not_notified(self, tell):
        assert tell(indexed(1), [hit(2, "leaked")], []) == []
        later = tell(indexed(2), [hit(2, "leaked")], [])
        assert tell(indexed(1), [], later) == []

    def test_a_kill_is_not_sent_to_those_who_were_never_notified(self, tell):
        assert tell(indexed(2, usable=False), [], []) == []


def test_an_alert_whose_search_fails_is_reported_and_delays_no_other(monkeypatch):
    def hits(client, alert, uris):
        if alert.name == "broken":
            raise ConfigurationError("400: too many clauses")
        return [hit(1, "leaked")]

    monkeypatch.setattr(matching, "_hits", hits)
    broken = ALERT.model_copy(update={"name": "broken"})
    found, (failed,) = matches(None, [broken, ALERT], [indexed(1)], [])
    assert [match.alert for match in found] == ["gas"]
    assert "broken" in str(failed)
    assert "too many clauses" in str(failed)


class TestWebhooks:
    @pytest.mark.parametrize("address", ["http://127.0.0.1:9200/", "http://[::1]/hook", "http://localhost:22"])
    def test_addresses_of_this_network_are_not_disclosed(self, address):
        async def notify():
            client = webhook.connect(private=False)
            try:
                await webhook.post(client, address, "1", b"{}", None)
            finally:
                await client.aclose()

        with pytest.raises(DeliveryFailed, match="an address of this network"):
            asyncio.run(notify())

    def test_the_signature_is_that_of_the_specification(self):
        """Standard Webhooks' own example."""
        key = webhook.decode_secret("whsec_plJ3nmyCDGBKInavdOK15jsl")
        body = json.dumps({"event_type": "ping", "data": {"success": True}}, separators=(",", ":")).encode()
        headers = webhook.signature_headers("msg_loFOjxBNrRLzqYUf", body, key, 1731705121.0)
        expected = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
        assert headers["webhook-signature"] == expected
        assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_loFOjxBNrRLzqYUf", "1731705121")

    def test_a_secret_that_is_none_is_refused(self):
        with pytest.raises(ConfigurationError, match="webhook_secret"):
            webhook.decode_secret("whsec_???")

    @given(st.binary(min_size=24, max_size=64))
    def test_any_secret_is_read(self, key):
        assert webhook.decode_secret("whsec_" + base64.b64encode(key).decode()) == key


@given(headline=st.text(), text=st.text(max_size=200), speaker=st.none() | st.text(min_size=1))
def test_whatever_a_story_says_is_one_mail_to_one_person(headline, text, speaker):
    match = Match(
        id="0" * 32, alert="gas", kind="match", uri=URI, version=1, versioncreated=NOON, firstcreated=NOON, at=NOON,
        headline=headline, source="Test", speaker=speaker, text=text,
    )  # fmt: skip
    mail = compose(match, "desk@example.org", "ann@example.org")
    assert mail.get_all("To") == ["ann@example.org"]
    assert mail["Bcc"] is mail["Cc"] is None
    assert "\n" not in mail["Subject"]
    assert mail["Subject"].startswith("[gas]")


@pytest.mark.parametrize(("given_", "reason"), [({"name": "a b"}, "name"), ({"query": '"'}, "not closed")])
def test_an_alert_that_cannot_be_is_refused(given_, reason):
    with pytest.raises(ConfigurationError, match=reason):
        new(**{"name": "x", "query": "y", "quotes": False, "events": False, "webhook": None, "email": ()} | given_)
