"""Who is meant by a name: learned from all stories, corrected by people, forgotten with a kill."""

import json

import httpx
import pytest

from tests.whole.conftest import Wire, eventually

FULL = (
    "Finance Minister Ottoline Brandvold opened the new harbour of Drumsna on Monday, said Ottoline Brandvold's office."
)
ALONE = 'Brandvold defended the tolls on Tuesday. "The harbour pays for itself," Brandvold said in Drumsna.'


def ninjs(number: int, body: str, **fields) -> dict[str, str]:
    created = f"2024-06-{number:02}T12:00:00Z"
    return {
        "uri": f"urn:name:{number}",
        "versioncreated": created,
        "headline": f"Harbour {number}",
        "body_text": body,
    } | fields


def named(wire: Wire, name: str, *more: str) -> int:
    return wire.search("--entity", name, *more)["total"]


@pytest.fixture(scope="module")
def fed(wire: Wire) -> None:
    # The lone surname comes first: what teaches it comes later.
    wire.feed(ninjs(1, ALONE))
    wire.await_idle()
    assert named(wire, "Ottoline Brandvold") == 0
    wire.feed(ninjs(2, FULL))
    wire.await_idle()
    eventually(lambda: named(wire, "Ottoline Brandvold") == 2)


@pytest.mark.usefixtures("fed")
class TestIdentity:
    def test_a_story_with_the_surname_alone_is_found_by_the_full_name(self, wire):
        document = wire.story("urn:name:1")
        assert document["people"] == ["Ottoline Brandvold"]
        (person,) = [entity for entity in document["entities"] if entity["type"] == "PERSON"]
        assert (person["name"], person["key"]) == ("Brandvold", "ottoline brandvold")
        assert person["instory"] == {"type": "PERSON", "key": "brandvold"}

    def test_the_page_of_the_name_has_roles_with_dates_and_the_other_names(self, wire):
        (role,) = httpx.get(f"{wire.address}/api/v1/roles", params={"name": "Ottoline Brandvold"}).json()["values"]
        assert (role["role"], role["stories"], role["first"][:10]) == ("finance minister", 1, "2024-06-02")
        page = httpx.get(f"{wire.address}/name", params={"name": "Ottoline Brandvold"}).text
        assert "finance minister" in page
        assert "Brandvold (1)" in page

    def test_answers_leave_out_what_only_serves_searches(self, wire):
        hits = [*wire.search("Brandvold")["hits"], *wire.search("--quotes", "harbour")["hits"]]
        hits.append(httpx.get(f"{wire.address}/api/v1/story", params={"uri": "urn:name:1"}).json())
        assert not any(field in hit for hit in hits for field in ("name_usage", "roles", "fingerprints"))

    def test_so_are_its_quotes(self, wire):
        # Each index is refreshed by itself.
        eventually(lambda: wire.search("--quotes", "--speaker", "Ottoline Brandvold", "pays")["total"] == 1)

    def test_the_list_has_the_person_once_with_both_names(self, wire):
        (line,) = wire("entity", "list", "brandvold", "--json").stdout.splitlines()
        found = json.loads(line)
        assert (found["name"], found["stories"], found["kind"]) == ("Ottoline Brandvold", 2, "person")
        assert {alias["name"] for alias in found["aliases"]} == {"Ottoline Brandvold", "Brandvold"}
        assert b"Ottoline Brandvold" in wire("entity", "list", "brandv").stdout

    def test_people_correct_it_and_the_trail_says_who(self, wire):
        wire("entity", "split", "Brandvold", "--by", "ann")
        eventually(lambda: named(wire, "Ottoline Brandvold") == 1)
        wire("entity", "merge", "Brandvold", "Ottoline Brandvold", "--by", "bob")
        eventually(lambda: named(wire, "Ottoline Brandvold") == 2)
        wire("entity", "rename", "Ottoline Brandvold", "O. Brandvold", "--by", "cas")
        eventually(lambda: "O. Brandvold" in (wire.story("urn:name:1") or {})["people"])
        eventually(lambda: named(wire, "Ottoline Brandvold") == named(wire, "O. Brandvold") == 2)
        lines = wire("entity", "list", "--corrections", "--json").stdout.splitlines()
        trail = [(each["by"], each["correction"]) for each in map(json.loads, lines)]
        assert trail[-3:] == [("ann", "split"), ("bob", "merge"), ("cas", "rename")]
        assert b"bob" in wire("entity", "list", "--corrections").stdout
        wire("entity", "rename", "Ottoline Brandvold", "Ottoline Brandvold")

    def test_a_name_that_cannot_be_one_is_an_error(self, wire):
        assert (
            "name: String should"
            in wire("entity", "rename", "Drumsna", "a\x1fb", "--type", "place", code=2).stderr.decode()
        )
        assert (
            "name: String should" in wire("entity", "rename", "Drumsna", " ", "--type", "place", code=2).stderr.decode()
        )

    def test_a_name_that_no_story_uses_is_an_error(self, wire):
        assert "no story names" in wire("entity", "split", "Nobody Atall", code=2).stderr.decode()

    def test_only_who_has_a_token_corrects_on_the_pages(self, wire):
        address = f"{wire.address}/api/v1/identities/corrections"
        wanted = {"correction": "rename", "name": "Drumsna", "to": "Drumsna Town", "type": "place"}
        assert httpx.post(address, json=wanted).status_code == 401
        token = wire("token", "add", "namer").stdout.decode().strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.post(address, json=wanted | {"name": "Nowhere Atall"}, headers=headers).status_code == 404
        assert httpx.post(address, json=wanted | {"to": ""}, headers=headers).status_code == 400
        made = httpx.post(address, json=wanted, headers=headers)
        assert made.status_code == 202, made.text
        assert made.json()["by"] == "namer"
        form = {"correction": "rename", "name": "Drumsna", "to": "Drumsna", "type": "place", "token": token}
        sent = httpx.post(f"{wire.address}/identities", data=form, follow_redirects=True)
        assert "The rename is stored" in sent.text
        trail = httpx.get(address).json()["values"]
        assert [each["by"] for each in trail[-2:]] == ["namer", "namer"]
        listed = httpx.get(f"{wire.address}/api/v1/identities", params={"begins": "drumsna"}).json()["values"]
        assert "place" in [thing["kind"] for thing in listed]

    def test_a_worker_that_dies_forgets_nothing(self, wire):
        for process in wire.workers("index"):
            process.kill()
        wire.feed(ninjs(3, ALONE.replace("Tuesday", "Friday")))
        wire.await_idle()
        eventually(lambda: named(wire, "Ottoline Brandvold") == 3)

    def test_a_kill_takes_back_what_the_story_taught(self, wire):
        wire.feed(ninjs(2, FULL, version="2", pubstatus="canceled", versioncreated="2024-06-20T00:00:00Z"))
        wire.feed(ninjs(4, FULL.replace("Brandvold", "Halvorsen")), ninjs(5, ALONE.replace("Brandvold", "Halvorsen")))
        wire.await_idle()
        eventually(lambda: named(wire, "Ottoline Halvorsen") == 2)
        wire.feed(ninjs(4, FULL, version="2", pubstatus="canceled", versioncreated="2024-06-20T00:00:00Z"))
        wire.await_idle()
        eventually(lambda: named(wire, "Ottoline Halvorsen") == 0)
        assert wire.story("urn:name:5")["people"] == ["Halvorsen"]
