"""Events from a story to searches, exports and pages, and out again with a kill."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from tests.whole.conftest import Wire, eventually
from tests.whole.desk import item, matter

BODY = (
    "Rebels from the Quillmark Front attacked an army base in Nairobi on May 14, 2024, killing 12 soldiers and"
    " wounding 7.\nPresident Ann Quillmark met Olaf Scholz in Berlin on May 15, 2024.\n"
    "Ann Quillmark will visit Kenya next month."
)


@pytest.fixture(scope="module")
def fed(wire: Wire) -> Wire:
    """One story with three events."""
    wire.feed({**item("urn:event:1", BODY, 1), "headline": "Quillmark"})
    wire.await_idle()
    return wire


def ours(wire: Wire, *options: str) -> list[dict[str, Any]]:
    """Return the events of that story that a search finds."""
    hits = wire.json("search", "--events", "--size", "100", *options)["hits"]
    return [hit for hit in hits if hit["story"]["uri"] == "urn:event:1"]


class TestSearching:
    @pytest.mark.parametrize(
        ("options", "trigger"),
        [
            (["--type", "assault", "--place", "Nairobi"], "attacked"),
            (["--dead", "12"], "attacked"),
            (["--actor", "Ann Quillmark", "--type", "consult", "--status", "happened"], "met"),
            (["--recipient", "Scholz"], "met"),
            (["--country", "de"], "met"),
            (["--happened-since", "2024-05-15", "--happened-until", "2024-05-16"], "met"),
            (["--status", "planned"], "visit"),
            (["attacked"], "attacked"),
            (['actor:"Ann Quillmark" status:planned'], "visit"),
        ],
    )
    def test_each_filter_finds_its_event(self, fed, options, trigger):
        assert [hit["text"] for hit in ours(fed, *options)] == [trigger]

    def test_an_event_has_its_date_place_and_numbers(self, fed):
        (event,) = ours(fed, "--dead", "12")
        assert (event["dead"], event["injured"]) == (12, 7)
        assert (event["date"]["day"], event["place"]["name"]) == ("2024-05-14", "Nairobi")

    def test_types_and_days_are_counted(self, fed):
        answer = httpx.get(f"{fed.address}/api/v1/events", params={"q": "Quillmark", "facets": "true"}).json()
        assert {each["value"] for each in answer["facets"]["type"]} >= {"ASSAULT", "CONSULT"}
        assert sum(bar["count"] for bar in answer["histogram"]["bars"]) >= 2

    def test_people_read_who_did_what_to_whom(self, fed):
        printed = fed("search", "--events", "--recipient", "Scholz").stdout.decode()
        assert "Ann Quillmark met Olaf Scholz" in printed
        assert "happened · 2024-05-15 · Berlin" in printed


class TestExports:
    def export(self, wire: Wire, suffix: str) -> httpx.Response:
        answer = httpx.get(f"{wire.address}/api/v1/export/{suffix}", params={"events": "true", "recipient": "Scholz"})
        return answer.raise_for_status()

    def test_csv_has_polecats_columns(self, fed):
        (row,) = csv.DictReader(io.StringIO(self.export(fed, "csv").text))
        assert (row["Event Type"], row["Actor Name"], row["Country"]) == ("CONSULT", "Ann Quillmark", "DE")

    def test_geojson_has_a_point(self, fed):
        (feature,) = self.export(fed, "geojson").json()["features"]
        assert feature["geometry"]["coordinates"] == pytest.approx([13.4, 52.5], abs=0.2)

    def test_feeds_say_who_did_what_to_whom(self, fed):
        assert "Ann Quillmark met Olaf Scholz" in self.export(fed, "atom").text


def test_the_page_shows_them_and_the_story_marks_them(fed):
    page = httpx.get(f"{fed.address}/", params={"events": "true", "actor": "Ann Quillmark"}).text
    assert "Ann Quillmark met Olaf Scholz" in page
    assert "happened_since" in page
    story = httpx.get(f"{fed.address}/story", params={"uri": "urn:event:1"}).text
    assert 'id="v1"' in story
    assert 'class="event' in story


class TestReportedEvents:
    @pytest.fixture(scope="class")
    @classmethod
    def reported(cls, fed: Wire) -> Wire:
        """Three reports of one bombing, from two sources."""
        for number, (source, dead) in enumerate((("One", 9), ("Two", 12), ("One", 15))):
            body = f"A bomb killed {dead} people in Mombasa on May 14, 2024.\n{matter(f'toll {number}')}"
            story = {**item(f"urn:toll:{number}", body, 3 - number), "headline": f"Tarnwell {number}"}
            fed("feed", "-", "--format", "jsonl", "--source", source, input=json.dumps(story).encode())
        fed.await_idle()
        return fed

    def listed(self, wire: Wire) -> dict[str, Any]:
        answer = httpx.get(
            f"{wire.address}/api/v1/events/reported", params={"q": "Tarnwell", "dead": 1}
        ).raise_for_status()
        (found,) = answer.json()["values"]
        return found

    def test_several_reports_count_as_one(self, reported):
        found = self.listed(reported)
        assert (found["mentions"], found["stories"], found["sources"]) == (3, 3, 2)
        assert found["numbers"]["dead"] == [9, 15]

    def test_their_numbers_are_a_series(self, reported):
        params = {"id": self.listed(reported)["id"]}
        series = httpx.get(f"{reported.address}/api/v1/event", params=params).json()["series"]
        assert [(each["source"], each["numbers"]["dead"]) for each in series] == [("One", 9), ("Two", 12), ("One", 15)]

    def test_a_list_may_show_each_once(self, reported):
        hits = reported.json("search", "--events", "Tarnwell", "--dead", "1", "--collapsed")["hits"]
        assert [hit["dead"] for hit in hits] == [15]

    def test_pages_show_them_on_a_map_and_with_their_series(self, reported):
        page = httpx.get(f"{reported.address}/events", params={"q": "Tarnwell"}).text
        assert "9 to 15 dead" in page
        assert "<circle" in page
        series = httpx.get(f"{reported.address}/event", params={"id": self.listed(reported)["id"]}).text
        assert series.count("<tr>") == 4
        assert "3 stories from 2 sources" in httpx.get(f"{reported.address}/wall", params={"window": "7d"}).text

    def test_an_unknown_event_is_not_found(self, reported):
        assert httpx.get(f"{reported.address}/event", params={"id": "none"}).status_code == 404

    def test_earlier_addresses_lead_to_the_new_ones(self, reported):
        id = self.listed(reported)["id"]
        for old, new in (("/happening", "/event"), ("/api/v1/happening", "/api/v1/event")):
            answer = httpx.get(f"{reported.address}{old}", params={"id": id}, follow_redirects=True)
            assert (answer.status_code, answer.url.path, answer.url.params["id"]) == (200, new, id)

    def test_a_name_has_a_timeline(self, fed):
        page = httpx.get(f"{fed.address}/name", params={"name": "Ann Quillmark"}).text
        assert "Ann Quillmark met Olaf Scholz" in page


def test_an_alert_watches_events(fed):
    fed("alert", "add", "visits", "actor:Brackenridge type:consult", "--events")
    fed.feed({**item("urn:event:3", "Ann Brackenridge met Olaf Scholz in Berlin.", 1), "headline": "Brackenridge"})

    def matches() -> Any:
        return httpx.get(f"{fed.address}/api/v1/matches", params={"alert": "visits"}).json()["hits"]

    assert [match["text"] for match in eventually(matches)] == ["Ann Brackenridge met Olaf Scholz in Berlin"]
    assert "1 event mention would have matched" in fed("alert", "test", "visits").stdout.decode()


def test_a_killed_story_leaves_with_its_events(fed):
    fed.feed({**item("urn:event:2", "Ann Velkland met Olaf Scholz in Berlin.", 1), "headline": "Velkland"})
    fed.await_idle()
    assert fed.json("search", "--events", "Velkland")["total"] == 1
    fed.feed({**item("urn:event:2", "", 1), "version": 2, "pubstatus": "canceled"})
    fed.await_idle()
    assert fed.json("search", "--events", "Velkland")["total"] == 0
