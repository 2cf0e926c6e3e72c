"""Who quotes what was said, in which wording, and what is notified when a wording changes."""

import json

import httpx
import pytest

from tests.whole.conftest import Wire, eventually

SAID = "The harbour pays for itself, and whoever says otherwise has not read the accounts of the last two years"
FIRST = f'"{SAID}," Port Director Wilhelmina Ostergaard said on Monday.'
TRIMMED = (
    '"The harbour pays for itself, and whoever says otherwise has not read the accounts," Wilhelmina Ostergaard said.'
)
CHANGED = FIRST.replace("whoever says otherwise", "anybody who says otherwise")


def ninjs(number: int, body: str, **fields) -> dict[str, str]:
    created = f"2024-07-0{number}T12:00:00Z"
    more = f"\nThe {number * 7} cranes of quay {number} stood still, and {number * 31} ships waited off Port {number}."
    return {
        "uri": f"urn:w:{number}",
        "versioncreated": created,
        "headline": f"Port {number}",
        "body_text": body + more,
    } | fields


def found(wire: Wire, *arguments: str) -> list[dict]:
    lines = wire("search", "--utterances", "--json", "--speaker", "Ostergaard", *arguments).stdout.splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def fed(wire: Wire) -> None:
    wire("alert", "add", "reworded", "speaker:Ostergaard", "--utterances")
    wire.feed(ninjs(1, FIRST))
    wire.await_idle()
    wire.feed(ninjs(2, TRIMMED))
    wire.await_idle()
    wire.feed(ninjs(3, CHANGED))
    wire.await_idle()


@pytest.mark.usefixtures("fed")
class TestUtterances:
    def test_one_utterance_has_all_wordings_with_their_differences(self, wire):
        (utterance,) = found(wire)
        assert utterance["speaker"] == "Wilhelmina Ostergaard"
        assert utterance["first"]["uri"] == "urn:w:1"
        assert (utterance["stories"], len(utterance["wordings"])) == (3, 3)
        assert [each["quotes"][0]["uri"] for each in utterance["wordings"]] == ["urn:w:1", "urn:w:2", "urn:w:3"]
        changes = {(part["kind"], part["text"]) for part in utterance["wordings"][1]["differences"]}
        assert any(kind == "removed" and "of the last two years" in text for kind, text in changes)

    def test_people_see_the_differences_on_the_terminal_and_on_the_pages(self, wire):
        assert b"anybody who" in wire("search", "--utterances", "harbour").stdout
        listing = httpx.get(f"{wire.address}/utterances", params={"speaker": "Ostergaard"}).text
        assert "3 stories" in listing
        page = httpx.get(f"{wire.address}/utterance", params={"uri": "urn:w:2", "quote": "q1"}).text
        assert "<del>" in page
        assert "Port 3" in page

    def test_the_api_shows_the_same(self, wire):
        (listed,) = httpx.get(f"{wire.address}/api/v1/utterances", params={"speaker": "Ostergaard"}).json()["values"]
        one = httpx.get(f"{wire.address}/api/v1/utterance", params={"uri": "urn:w:3", "quote": "q1"}).json()
        assert one == listed
        assert one["nolonger"] == []
        missing = httpx.get(f"{wire.address}/api/v1/utterance", params={"uri": "urn:w:3", "quote": "q99"})
        assert missing.status_code == 404

    def test_a_changed_wording_notifies(self, wire):
        def texts() -> list[str]:
            hits = httpx.get(f"{wire.address}/api/v1/matches", params={"alert": "reworded"}).json()["hits"]
            return [each["text"] for each in hits if each["kind"] == "match"]

        matched = eventually(lambda: len(texts()) == 2 and texts())
        assert all("before: The harbour pays for itself" in text for text in matched)

    def test_who_takes_it_back_is_shown_without_the_text_of_what_was_killed(self, wire):
        wire.feed(ninjs(1, FIRST, version="2", pubstatus="canceled", versioncreated="2024-07-10T00:00:00Z"))
        without = "The harbour is closed, the port office said."
        wire.feed(ninjs(3, without, version="2", headline="Port closed", versioncreated="2024-07-11T00:00:00Z"))
        wire.await_idle()
        (utterance,) = found(wire)
        assert utterance["stories"] == 1
        one = {"uri": "urn:w:2", "quote": "q1"}
        expected = [("killed", "urn:w:1", 1, None), ("withdrawn", "urn:w:3", 1, "Port closed")]

        def gone() -> list[tuple]:
            each_one = httpx.get(f"{wire.address}/api/v1/utterance", params=one).json()["nolonger"]
            return [(each["kind"], each["uri"], each["version"], each["headline"]) for each in each_one]

        # A search for records is up to a second behind.
        eventually(lambda: gone() == expected)
        page = httpx.get(f"{wire.address}/utterance", params=one).text
        assert "No longer quoted" in page
        assert "last two years" not in page

    def test_options_that_do_not_fit_are_errors(self, wire):
        assert "--utterances: not with" in wire("search", "--utterances", "--facets", code=2).stderr.decode()
