"""Events from a story to searches, exports and pages, and out again with a kill."""

import csv
import io
from typing import Any

import httpx
import pytest

from tests.whole.conftest import Wire
from tests.whole.desk import item

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
    assert "<em>met</em>" in page
    assert "happened_since" in page
    story = httpx.get(f"{fed.address}/story", params={"uri": "urn:event:1"}).text
    assert 'id="v1"' in story
    assert 'class="event' in story


def test_a_killed_story_leaves_with_its_events(fed):
    fed.feed({**item("urn:event:2", "Ann Velkland met Olaf Scholz in Berlin.", 1), "headline": "Velkland"})
    fed.await_idle()
    assert fed.json("search", "--events", "Velkland")["total"] == 1
    fed.feed({**item("urn:event:2", "", 1), "version": 2, "pubstatus": "canceled"})
    fed.await_idle()
    assert fed.json("search", "--events", "Velkland")["total"] == 0
