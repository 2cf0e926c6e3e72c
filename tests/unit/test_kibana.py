"""Kibana's saved objects: fields are mapped, references resolve, ids are stable; and the requests to Kibana."""

import json
from collections.abc import Callable, Iterator
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from pipeline.documents.kinds import KINDS
from pipeline.errors import ConfigurationError, KibanaUnavailable
from pipeline.index.metrics_recorder import METRICS as RECORDED
from pipeline.kibana import server
from pipeline.kibana.contents import Listing, Number, OverTime, Pairs, Top
from pipeline.kibana.dashboards import DASHBOARDS, METRICS, VIEWS
from pipeline.kibana.objects import ndjson, objects
from pipeline.settings import Kibana
from tests.conftest import ROOT
from tests.kibana import columns, placed, used_fields

OBJECTS = objects()
MAPPINGS = {f"wire-{kind.alias}": kind.mapping for kind in KINDS} | {METRICS.id: RECORDED.fields}
COUNTED = {"keyword", "date", "long", "double", "boolean", "geo_point", "float"}


def mapped(view: str, name: str) -> dict[str, Any] | None:
    """Return the mapping of a field by its dotted name."""
    about: dict[str, Any] = {"properties": MAPPINGS[view]}
    for part in name.split("."):
        about = (about.get("properties") or {}).get(part)
        if about is None:
            return None
    return about


@pytest.mark.parametrize(
    ("title", "panel"), [(f"{board.id}: {each.panel.title}", each.panel) for board, each in placed()]
)
def test_every_field_of_a_panel_is_mapped_and_can_be_counted(title, panel):
    for name in used_fields(panel):
        about = mapped(panel.view.id, name)
        assert about, f"{title}: {name}"
        assert isinstance(panel, Listing) or about["type"] in COUNTED, f"{title}: {name} is {about['type']}"
        assert about.get("doc_values", True)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_a_data_views_time_is_a_date(view):
    assert mapped(view.id, view.time) == {"type": "date"}


def test_data_views_read_the_indices_of_their_installation():
    views = [each["attributes"]["title"] for each in objects("desk2-") if each["type"] == "index-pattern"]
    assert views == [
        "desk2-wire-stories-*",
        "desk2-wire-quotes-*",
        "desk2-wire-events-*",
        "desk2-wire-metrics-*",
    ]


def test_each_installation_and_each_space_has_ids_of_its_own():
    """Kibana gives an object a new id if another space has one with its id, and an export then does not find it."""
    several = [objects(), objects(space="desk"), objects("desk2-")]
    ids = [{(each["type"], each["id"]) for each in found} for found in several]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]
    for found, own in zip(several, ids, strict=True):
        assert {(of["type"], of["id"]) for each in found for of in each["references"]} <= own


def test_the_least_supported_kibana_knows_the_version_of_every_object():
    """Kibana refuses an object from its future: 9.0 knows these (``packages/kbn-check-saved-objects-cli``)."""
    highest = {"index-pattern": (8, 0, 0), "search": (10, 5, 0), "dashboard": (10, 2, 0)}
    for each in OBJECTS:
        assert tuple(map(int, each["typeMigrationVersion"].split("."))) <= highest[each["type"]], each["id"]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_values_lead_to_the_pages_of_wire(view):
    found = next(each for each in objects(pages="https://wire.example.org/") if each["id"] == view.id)
    formats = json.loads(found["attributes"]["fieldFormatMap"])
    assert set(formats) == set(view.pages)
    for name, about in formats.items():
        assert mapped(view.id, name)
        assert about["params"]["urlTemplate"].startswith("https://wire.example.org/")
        assert about["params"]["urlTemplate"].endswith("={{value}}")


def test_nothing_counted_is_zero():
    for _, each in placed():
        if isinstance(each.panel, Number | OverTime | Pairs | Top):
            for column in columns(each.panel).values():
                if column["operationType"] in ("count", "unique_count", "sum"):
                    assert column["params"]["emptyAsNull"] is False


def test_every_reference_leads_to_an_object_and_every_panel_names_its_own():
    known = {(each["type"], each["id"]) for each in OBJECTS}
    for each in OBJECTS:
        assert {(of["type"], of["id"]) for of in each["references"]} <= known
        if each["type"] != "dashboard":
            continue
        names = {of["name"] for of in each["references"]}
        for panel in json.loads(each["attributes"]["panelsJSON"]):
            assert any(name.startswith(f"{panel['panelIndex']}:") for name in names), panel["title"]
            for inner in panel["embeddableConfig"].get("attributes", {}).get("references", []):
                assert f"{panel['panelIndex']}:{inner['name']}" in names
            if "panelRefName" in panel:
                assert f"{panel['panelIndex']}:{panel['panelRefName']}" in names


def test_panels_fill_their_rows_and_none_lies_on_another():
    for each in OBJECTS:
        if each["type"] == "dashboard":
            taken: set[tuple[int, int]] = set()
            for panel in json.loads(each["attributes"]["panelsJSON"]):
                grid = panel["gridData"]
                cells = {
                    (x, y)
                    for x in range(grid["x"], grid["x"] + grid["w"])
                    for y in range(grid["y"], grid["y"] + grid["h"])
                }
                assert not cells & taken
                taken |= cells
            lines = {y for _, y in taken}
            assert taken == {(x, y) for x in range(48) for y in lines}


def test_the_exported_file_is_what_the_description_makes():
    assert (ROOT / "deploy" / "kibana" / "wire.ndjson").read_text() == ndjson(OBJECTS)


def test_ids_are_ours_and_stay():
    assert [each["id"] for each in OBJECTS] == [
        "wire-stories", "wire-quotes", "wire-events", "wire-metrics",
        "wire-latest-quotes", "wire-latest-stories", "wire-who-said-what", "wire-latest-events", "wire-figures",
        "wire-newsroom", "wire-said", "wire-happened", "wire-pipeline",
    ]  # fmt: skip
    assert len({(each["type"], each["id"]) for each in OBJECTS}) == len(OBJECTS)


SHAPES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "index-pattern": {"title": str, "name": str, "timeFieldName": str, "fields": str, "fieldFormatMap": str},
    "search": {"title": str, "columns": list, "sort": list, "grid": dict, "kibanaSavedObjectMeta": dict},
    "dashboard": {
        "title": str, "description": str, "panelsJSON": str, "optionsJSON": str, "timeRestore": bool,
        "timeFrom": str, "timeTo": str, "refreshInterval": dict, "kibanaSavedObjectMeta": dict,
    },
}  # fmt: skip
"""What objects of Kibana 9's own exports have (elastic/integrations, packages/*/kibana)."""


@pytest.mark.parametrize("each", OBJECTS, ids=lambda each: f"{each['type']}-{each['id']}")
def test_an_object_has_the_shape_of_those_that_kibana_exports(each):
    assert set(each) == {
        "attributes", "coreMigrationVersion", "id", "managed", "references", "type", "typeMigrationVersion",
    }  # fmt: skip
    for name, kind in SHAPES[each["type"]].items():
        assert isinstance(each["attributes"][name], kind), name
    for panel in json.loads(each["attributes"].get("panelsJSON", "[]")):
        assert {"embeddableConfig", "gridData", "panelIndex", "title", "type"} <= set(panel)
        assert panel["gridData"]["i"] == panel["panelIndex"]
        if panel["type"] != "lens":
            continue
        state = panel["embeddableConfig"]["attributes"]["state"]
        (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
        assert set(layer["columnOrder"]) == set(layer["columns"])
        drawn = json.dumps(state["visualization"])
        assert all(f'"{column}"' in drawn for column in layer["columns"])
        for column in layer["columns"].values():
            assert {"dataType", "isBucketed", "label", "operationType", "params", "scale", "sourceField"} <= set(column)


class Fake(BaseHTTPRequestHandler):
    """A server that answers like Kibana's API, because Kibana itself cannot run here."""

    answers: list[tuple[int, dict[str, Any] | str]]
    seen: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        status, answer = self.answers.pop(0)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def kibana() -> Iterator[Callable[..., tuple[Kibana, list[Any]]]]:
    servers = []

    def start(*answers: tuple[int, Any], **settings: Any) -> tuple[Kibana, list[Any]]:
        handler = type("Handler", (Fake,), {"answers": list(answers), "seen": []})
        served = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(served)
        Thread(target=served.serve_forever, daemon=True).start()
        return Kibana(url=f"http://127.0.0.1:{served.server_port}", **settings), handler.seen

    yield start
    for served in servers:
        served.shutdown()


class TestTheServer:
    def test_it_is_given_the_objects_in_a_space_over_what_is_there(self, kibana):
        settings, seen = kibana((200, {"success": True, "successCount": 10}), space="desk", api_key="c2VjcmV0")
        assert server.put(settings, ndjson(OBJECTS)) == 10
        (path, headers, body) = seen[0]
        assert path == "/s/desk/api/saved_objects/_import?overwrite=true"
        assert (headers["kbn-xsrf"], headers["authorization"]) == ("wire", "ApiKey c2VjcmV0")
        message = BytesParser().parsebytes(f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body)
        (part,) = message.get_payload()
        assert part.get_payload(decode=True).decode() == ndjson(OBJECTS)

    def test_one_that_is_starting_is_waited_for(self, kibana):
        settings, seen = kibana((503, "not ready"), (503, "not ready"), (200, {"successCount": 1}))
        assert server.put(settings, "") == 1
        assert len(seen) == 3

    def test_an_error_of_kibana_is_reported(self, kibana):
        wrong = {"type": "dashboard", "id": "wire-newsroom", "error": {"type": "missing_references"}}
        settings, _ = kibana((200, {"successCount": 0, "errors": [wrong]}))
        with pytest.raises(ConfigurationError, match="dashboard wire-newsroom: missing_references"):
            server.put(settings, "")
        settings, _ = kibana((401, {"message": "no"}), username="elastic", password="wrong")
        with pytest.raises(ConfigurationError, match="rejects the credentials"):
            server.put(settings, "")

    def test_what_is_kept_is_no_error(self, kibana):
        there = {"type": "dashboard", "id": "wire-newsroom", "error": {"type": "conflict"}}
        settings, seen = kibana((200, {"successCount": 9, "errors": [there]}))
        assert server.put(settings, "", overwrite=False) == 9
        assert "overwrite" not in seen[0][0]

    def test_an_export_has_the_objects_in_our_order(self, kibana):
        settings, seen = kibana((200, ndjson(OBJECTS[::-1])))
        assert server.get(settings, OBJECTS) == ndjson(OBJECTS)
        asked = json.loads(seen[0][2])
        assert asked["objects"] == [{"type": each["type"], "id": each["id"]} for each in OBJECTS]

    def test_one_that_is_not_there_is_away(self, monkeypatch):
        monkeypatch.setattr(server, "_STARTING", 0.5)
        with pytest.raises(KibanaUnavailable, match="does not respond"):
            server.put(Kibana(url="http://127.0.0.1:9"), "")

    def test_without_one_it_says_how_to_name_one(self):
        with pytest.raises(ConfigurationError, match="--kibana"):
            server.put(Kibana(), "")


def test_every_dashboard_has_a_saved_search():
    for board in DASHBOARDS:
        assert any(isinstance(each.panel, Listing) for of, each in placed() if of is board)
