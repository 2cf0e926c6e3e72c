"""Kibana's saved objects: fields are mapped, references resolve, ids are stable; and the requests to Kibana."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import vl_convert

from pipeline.alerts.delivery_log import MATCHES as MATCHED
from pipeline.desk.record_mapping import RECORD
from pipeline.documents.kinds import KINDS
from pipeline.documents.story import STORY
from pipeline.errors import ConfigurationError, KibanaUnavailable
from pipeline.index.metrics_recorder import METRICS as RECORDED
from pipeline.kibana import server
from pipeline.kibana.contents import Chart, Listing, WorldMap
from pipeline.kibana.dashboards import ARRIVALS, DASHBOARDS, MATCHES, METRICS, VERSIONS, VIEWS
from pipeline.kibana.objects import ndjson, objects
from pipeline.kibana.panels import LAYER
from pipeline.kibana.world import spec
from pipeline.settings import Kibana
from tests.conftest import ROOT
from tests.kibana.check import problems
from tests.kibana.docker import differences
from tests.kibana.requests import columns, placed, used_fields
from tests.kibana.server import Kibana as Server
from tests.kibana.server import serving

OBJECTS = objects()
MAPPINGS = {f"wire-{kind.alias}": kind.mapping for kind in KINDS} | {
    ARRIVALS.id: STORY.mapping,
    VERSIONS.id: RECORD,
    MATCHES.id: MATCHED.fields,
    METRICS.id: RECORDED.fields,
}
COUNTED = {"keyword", "date", "long", "double", "boolean", "geo_point", "float"}


def mapped(view: str, name: str) -> dict[str, Any] | None:
    """Return the mapping of a field by its dotted name."""
    about: dict[str, Any] = {"properties": MAPPINGS[view]}
    for part in name.split("."):
        about = (about.get("properties") or about.get("fields") or {}).get(part)
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
        shown = isinstance(panel, Listing)
        assert shown or about["type"] in COUNTED, f"{title}: {name} is {about['type']}"
        assert about.get("doc_values", True)


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.id)
def test_every_control_chooses_a_field_that_can_be_counted(board):
    for control in board.controls:
        assert mapped(control.view.id, control.field)["type"] in COUNTED, control.title


def test_rising_values_are_those_of_keywords():
    """Lens ranks no others by significance."""
    for _, each in placed():
        if getattr(each.panel, "rising", False):
            assert mapped(each.panel.view.id, each.panel.field)["type"] == "keyword"


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_a_data_views_time_is_a_date(view):
    assert mapped(view.id, view.time) == {"type": "date"}


def test_data_views_read_the_indices_of_their_installation():
    views = [each["attributes"]["title"] for each in objects("desk2-") if each["type"] == "index-pattern"]
    assert views == [f"desk2-{view.pattern}" for view in VIEWS]
    asked = [spec["url"]["index"] for spec in _asked(objects("desk2-"))]
    assert asked
    assert set(asked) <= set(views)


def _asked(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the data that maps ask for."""
    for board in found:
        for panel in json.loads(board["attributes"].get("panelsJSON", "[]")):
            saved = panel["embeddableConfig"].get("savedVis", {})
            if saved.get("type") == "vega":
                yield from (each for each in json.loads(saved["params"]["spec"])["data"] if "url" in each)


def test_each_installation_and_each_space_has_ids_of_its_own():
    """Kibana gives an object a new id if another space has one with its id, and an export then does not find it."""
    several = [objects(), objects(space="desk"), objects("desk2-")]
    ids = [{(each["type"], each["id"]) for each in found} for found in several]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]
    for found, own in zip(several, ids, strict=True):
        assert {(of["type"], of["id"]) for each in found for of in each["references"]} <= own


def test_the_least_supported_kibana_accepts_and_draws_every_object():
    assert problems(OBJECTS) == []
    assert problems(objects("desk2-", "desk", "https://wire.example.org")) == []


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
        if isinstance(each.panel, Chart):
            for column in columns(each.panel).values():
                if column["operationType"] in ("count", "unique_count", "sum"):
                    assert column["params"]["emptyAsNull"] is False


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
        "wire-stories", "wire-quotes", "wire-events", "wire-arrivals", "wire-records", "wire-matches", "wire-metrics",
        "wire-latest-quotes", "wire-latest-stories", "wire-who-said-what", "wire-latest-events", "wire-figures",
        "wire-newsroom", "wire-said", "wire-happened", "wire-pipeline",
    ]  # fmt: skip
    assert len({(each["type"], each["id"]) for each in OBJECTS}) == len(OBJECTS)


def test_every_board_begins_with_links_to_the_others_and_what_one_sees():
    boards = {each.id for each in DASHBOARDS}
    for each in objects(pages="https://wire.example.org"):
        if each["type"] != "dashboard":
            continue
        bar, guide = json.loads(each["attributes"]["panelsJSON"])[:2]
        links = bar["embeddableConfig"]["attributes"]["links"]
        assert {of["id"] for of in each["references"] if of["type"] == "dashboard"} == boards
        assert [link["type"] for link in links] == ["dashboardLink"] * len(boards) + ["externalLink"]
        assert links[-1]["destination"] == "https://wire.example.org"
        assert len(guide["embeddableConfig"]["savedVis"]["params"]["markdown"]) > 60


def test_a_map_is_drawn_of_what_elasticsearch_answers_without_the_internet():
    """By Vega itself, with the answers in the place of the requests."""
    answers = {
        "counts": [{"key": "PT", "doc_count": 3}],
        "points": [{"doc_count": 2, "centre": {"location": {"lat": 38.7, "lon": -9.1}}}],
    }
    for _, each in placed():
        if isinstance(each.panel, WorldMap):
            drawn = spec(each.panel, "wire-stories-*")
            drawn["data"] = [
                {name: value for name, value in data.items() if name not in ("url", "format")}
                | ({"values": answers[data["name"]]} if "url" in data else {})
                for data in drawn["data"]
            ]
            # Kibana adds this function.
            drawn["signals"] = [signal for signal in drawn["signals"] if signal["name"] != "chosen"]
            svg = vl_convert.vega_to_svg({**drawn, "width": 720, "height": 300}, allowed_base_urls=[])
            assert svg.count('fill="#d6d9de"') > 150
            assert len(re.findall(r'fill="#c0392b"', svg)) == 1
            (circle,) = re.findall(r'transform="translate\(([\d.]+),([\d.]+)\)"[^>]*fill="#c0392b"', svg)
            assert tuple(map(float, circle)) == pytest.approx(((180 - 9.1) * 2, (90 - 38.7) * 2), abs=1)


def dashboard(found: list[dict[str, Any]]) -> dict[str, Any]:
    return next(each for each in found if each["id"] == "wire-pipeline")


def in_panels(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[list[dict[str, Any]]], None]:
    """Return a change of the dashboard's panels."""

    def mutate(found: list[dict[str, Any]]) -> None:
        attributes = dashboard(found)["attributes"]
        panels = json.loads(attributes["panelsJSON"])
        change(panels)
        attributes["panelsJSON"] = json.dumps(panels)

    return mutate


def first(panels: list[dict[str, Any]], chart: str) -> dict[str, Any]:
    """Return the attributes of the first chart of a type."""
    charts = (panel["embeddableConfig"]["attributes"] for panel in panels if panel["type"] == "lens")
    return next(each for each in charts if each["visualizationType"] == chart)


def column(panels: list[dict[str, Any]], operation: str) -> dict[str, Any]:
    """Return the first column with an operation."""
    charts = (panel["embeddableConfig"]["attributes"] for panel in panels if panel["type"] == "lens")
    layers = (chart["state"]["datasourceStates"]["formBased"]["layers"][LAYER] for chart in charts)
    return next(each for layer in layers for each in layer["columns"].values() if each["operationType"] == operation)


MUTATIONS: dict[str, tuple[Callable[[list[dict[str, Any]]], Any], str]] = {
    "a version from the future": (
        lambda found: dashboard(found).update(typeMigrationVersion="10.3.0"), "from the future"),
    "a removed reference": (lambda found: dashboard(found)["references"].pop(), "no reference|no data view"),
    "a reference that leads to nothing": (lambda found: found.pop(0), "leads to nothing"),
    "a reference that nothing uses": (
        lambda found: dashboard(found)["references"].append({**OBJECTS[-1]["references"][-1], "name": "99:panel_99"}),
        "not used"),
    "an unknown attribute": (lambda found: dashboard(found)["attributes"].update(sections=[]), "sections"),
    "a missing title": (lambda found: dashboard(found)["attributes"].pop("title"), "title is missing"),
    "an unknown operation": (
        in_panels(lambda panels: column(panels, "sum").update(operationType="total")), "total"),
    "a parameter of another operation": (
        in_panels(lambda panels: column(panels, "sum")["params"].update(size=3)), "sum has no size"),
    "a missing parameter": (
        in_panels(lambda panels: column(panels, "last_value")["params"].pop("sortField")),
        "lacks sortField"),
    "an unknown format": (
        in_panels(lambda panels: column(panels, "percentile")["params"]["format"].update(id="s")),
        "no format"),
    "an order by a column that is not there": (
        in_panels(lambda panels: column(panels, "terms")["params"]["orderBy"].update(columnId="x")),
        "ordered by x"),
    "an unknown chart": (
        in_panels(lambda panels: first(panels, "lnsXY").update(visualizationType="lnsLine")), "lnsLine"),
    "a column that is not drawn": (
        in_panels(lambda panels: first(panels, "lnsDatatable")["state"]["visualization"]["columns"].pop()),
        "are drawn"),
    "a width as text": (in_panels(lambda panels: panels[0]["gridData"].update(w="24")), "no numbers"),
    "a panel that is too wide": (in_panels(lambda panels: panels[0]["gridData"].update(w=49)), "outside"),
    "an unknown kind of panel": (in_panels(lambda panels: panels[1].update(type="markdown")), "no kind of panel"),
    "a link without its options": (
        in_panels(lambda panels: panels[0]["embeddableConfig"]["attributes"]["links"][0]["options"].clear()), "link"),
    "a text without its words": (
        in_panels(lambda panels: panels[1]["embeddableConfig"]["savedVis"]["params"].pop("markdown")), "parameters"),
    "a control of an unknown kind": (
        lambda found: dashboard(found)["attributes"]["controlGroupInput"].update(panelsJSON=json.dumps(
            {"0": {"type": "list", "explicitInput": {}}})), "no control"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_object_that_kibana_would_refuse_or_not_draw_is_found(name):
    mutate, problem = MUTATIONS[name]
    found = deepcopy(OBJECTS)
    mutate(found)
    assert re.search(problem, "; ".join(problems(found)))


def test_each_fact_says_where_it_stands_in_kibana():
    facts = tomllib.loads((ROOT / "tests" / "kibana" / "facts.toml").read_text())
    places = [about.get("source") for about in (*facts.pop("type"), *facts.values())]
    assert all(re.match(r"(src|x-pack)/\S+$", place) for place in places)


class TestWhatPeopleChanged:
    """Against a server that behaves as Kibana's check of conflicts does."""

    def test_it_is_kept_unless_it_is_to_be_replaced(self):
        kibana = Server()
        with serving(kibana) as address:
            settings = Kibana(url=address)
            assert server.put(settings, ndjson(OBJECTS), overwrite=False) == len(OBJECTS)
            kibana.saved["dashboard", "wire-newsroom"][1]["attributes"]["title"] = "Ours"
            assert server.put(settings, ndjson(OBJECTS), overwrite=False) == 0
            assert '"title": "Ours"' in server.get(settings, OBJECTS)
            assert server.put(settings, ndjson(OBJECTS)) == len(OBJECTS)
            assert '"title": "Ours"' not in server.get(settings, OBJECTS)

    def test_what_a_new_version_adds_comes_beside_what_is_kept(self):
        """Kibana creates nothing at all if one of the objects is there."""
        kibana = Server()
        with serving(kibana) as address:
            settings = Kibana(url=address)
            server.put(settings, ndjson(OBJECTS[:3]))
            assert server.put(settings, ndjson(OBJECTS), overwrite=False) == len(OBJECTS) - 3
            assert len(kibana.saved) == len(OBJECTS)

    def test_each_space_and_each_prefix_has_objects_of_its_own(self):
        kibana = Server()
        with serving(kibana) as address:
            for prefix, space in (("", None), ("", "desk"), ("desk2-", None), ("desk2-", "desk")):
                settings, found = Kibana(url=address, space=space), objects(prefix, space)
                assert server.put(settings, ndjson(found)) == len(found)
                assert len(server.get(settings, found).splitlines()) == len(found)

    def test_without_ids_of_its_own_a_space_could_not_be_exported(self):
        kibana = Server()
        with serving(kibana) as address:
            server.put(Kibana(url=address), ndjson(OBJECTS))
            assert server.put(Kibana(url=address, space="desk"), ndjson(OBJECTS)) == len(OBJECTS)
            with pytest.raises(ConfigurationError, match="Error fetching objects to export"):
                server.get(Kibana(url=address, space="desk"), OBJECTS)

    def test_what_a_real_kibana_lost_would_be_named(self):
        kept = deepcopy(OBJECTS)
        assert list(differences(OBJECTS, kept)) == []
        in_panels(lambda panels: panels.pop())(kept)
        dashboard(kept)["references"].clear()
        kept.remove(kept[0])
        found = list(differences(OBJECTS, kept))
        assert "index-pattern wire-stories is missing" in found
        assert "dashboard wire-pipeline no longer refers to index-pattern wire-metrics" in found
        assert any(re.match(r"dashboard wire-pipeline: panel \d+ differs", each) for each in found)

    def test_an_object_from_the_future_is_refused(self):
        found = deepcopy(OBJECTS)
        dashboard(found)["typeMigrationVersion"] = "10.9.0"
        with serving(Server()) as address, pytest.raises(ConfigurationError, match="more recent version"):
            server.put(Kibana(url=address), ndjson(found))


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
