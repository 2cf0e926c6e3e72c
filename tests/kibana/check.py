"""Check saved objects against what the least supported Kibana is known to accept (``facts.toml``)."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FACTS = tomllib.loads((Path(__file__).parent / "facts.toml").read_text())
TYPES = {each["name"]: each for each in FACTS["type"]}
PYTHON: dict[str, type | tuple[type, ...]] = {
    "str": str, "int": int, "bool": bool, "list": list, "dict": dict
}  # fmt: skip


def problems(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what Kibana would refuse, or fail to draw."""
    known = {(each["type"], each["id"]) for each in objects}
    return [f"{each['type']} {each['id']}: {problem}" for each in objects for problem in _object(each, known)]


def _object(saved: Mapping[str, Any], known: set[tuple[str, str]]) -> Iterator[str]:
    about = TYPES.get(saved["type"])
    if about is None:
        yield "an unknown type"
        return
    if _number(saved["typeMigrationVersion"]) > _number(about["highest"]):
        yield f"version {saved['typeMigrationVersion']} is from the future"
    attributes = saved["attributes"]
    yield from _keys("attribute", attributes, about["attributes"], about["required"])
    for reference in saved["references"]:
        if (reference["type"], reference["id"]) not in known:
            yield f"the reference {reference['name']} leads to nothing"
        if not any(re.fullmatch(pattern, reference["name"]) for pattern in about["references"]):
            yield f"no reference is called {reference['name']}"
    names = {reference["name"] for reference in saved["references"]}
    if saved["type"] == "search":
        source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
        if source["indexRefName"] not in names:
            yield "its data view is no reference"
    if saved["type"] == "dashboard":
        yield from _dashboard(attributes, names)


def _dashboard(attributes: Mapping[str, Any], names: set[str]) -> Iterator[str]:
    used: set[str] = set()
    for panel in json.loads(attributes["panelsJSON"]):
        for problem in _panel(panel, names, used):
            yield f"panel {panel.get('panelIndex')}: {problem}"
    yield from _controls(attributes.get("controlGroupInput", {}), names, used)
    yield from (f"the reference {name} is not used" for name in sorted(names - used))


def _panel(panel: Mapping[str, Any], names: set[str], used: set[str]) -> Iterator[str]:
    facts = FACTS["panel"]
    yield from _keys("key", panel, facts["keys"], facts["required"])
    yield from _place(panel["gridData"], panel["panelIndex"])
    config, number = panel["embeddableConfig"], panel["panelIndex"]

    def refers(name: str) -> Iterator[str]:
        used.add(f"{number}:{name}")
        if f"{number}:{name}" not in names:
            yield f"{name} is no reference of the dashboard"

    if panel["type"] not in facts["kinds"]:
        yield f"no kind of panel is called {panel['type']}"
    elif panel["type"] == "search":
        yield from refers(panel.get("panelRefName", ""))
    elif panel["type"] == "links":
        yield from _links(config["attributes"], refers)
    elif panel["type"] == "visualization":
        yield from _visualization(config["savedVis"])
    else:
        attributes = config["attributes"]
        for reference in attributes["references"]:
            yield from refers(reference["name"])
        yield from _lens(attributes, {reference["name"] for reference in attributes["references"]})


def _place(grid: Mapping[str, Any], number: str) -> Iterator[str]:
    if not all(isinstance(grid.get(name), int) for name in "xywh"):
        yield f"the place is no numbers: {grid}"
    elif grid["x"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > FACTS["panel"]["widest"]:
        yield f"the place is outside of the grid: {grid}"
    if grid.get("i") != number:
        yield "the place is that of another panel"


def _links(attributes: Mapping[str, Any], refers: Any) -> Iterator[str]:
    facts = FACTS["links"]
    if attributes.get("layout") not in facts["layouts"]:
        yield f"no layout is called {attributes.get('layout')}"
    for link in attributes["links"]:
        if sorted(link["options"]) != facts["options"].get(link["type"]):
            yield f"the link {link['label']} has the options {sorted(link['options'])}"
        if link["type"] == "dashboardLink":
            yield from refers(link["destinationRefName"])
        elif not link["destination"].startswith(("http://", "https://")):
            yield f"the link {link['label']} leads to no address"


def _visualization(saved: Mapping[str, Any]) -> Iterator[str]:
    kinds = FACTS["visualizations"]["kinds"]
    if saved["type"] not in kinds:
        yield f"no visualization is called {saved['type']}"
    elif sorted(saved["params"]) != kinds[saved["type"]]:
        yield f"{saved['type']} has the parameters {sorted(saved['params'])}"
    elif saved["type"] == "vega":
        spec = json.loads(saved["params"]["spec"])
        if spec.get("$schema") != FACTS["vega"]["schema"]:
            yield "the specification has no known schema"
        for data in spec["data"]:
            if ("url" in data) == ("values" in data):
                yield f"the data {data['name']} has not one source"
            if data.get("url", {}).get("%context%") and "query" in data["url"]["body"]:
                yield f"the data {data['name']} has a query beside the dashboard's"


def _lens(attributes: Mapping[str, Any], names: set[str]) -> Iterator[str]:
    facts, state = FACTS["lens"], attributes["state"]
    kind, drawn = attributes["visualizationType"], state["visualization"]
    if kind not in facts["chart"]:
        yield f"no chart is called {kind}"
        return
    if missing := [name for name in facts["chart"][kind] if name not in drawn]:
        yield f"{kind} lacks {', '.join(missing)}"
    for id, layer in state["datasourceStates"]["formBased"]["layers"].items():
        if f"indexpattern-datasource-layer-{id}" not in names:
            yield f"the layer {id} has no data view"
        if sorted(layer["columnOrder"]) != sorted(layer["columns"]):
            yield f"the layer {id} orders other columns than it has"
        for name in layer["columns"]:
            yield from (f"column {name}: {problem}" for problem in _column(name, layer["columns"]))
        yield from _drawn(kind, drawn, layer["columns"])


def _column(name: str, columns: Mapping[str, Any]) -> Iterator[str]:
    facts, column = FACTS["lens"], columns[name]
    about = facts["operation"].get(column["operationType"])
    if about is None:
        yield f"no operation is called {column['operationType']}"
        return
    params = column["params"]
    if unknown := sorted(set(params) - set(about["may"])):
        yield f"{column['operationType']} has no {', '.join(unknown)}"
    if missing := sorted(set(about["must"]) - set(params)):
        yield f"{column['operationType']} lacks {', '.join(missing)}"
    if column["dataType"] not in facts["types"]:
        yield f"no type is called {column['dataType']}"
    if params.get("format", {"id": "number"})["id"] not in facts["formats"]:
        yield f"no format is called {params['format']['id']}"
    if column.get("timeScale", "s") not in facts["time_scales"]:
        yield f"no scale of time is called {column['timeScale']}"
    if not 0 < params.get("percentile", 50) < 100:
        yield f"{params['percentile']} is no percentile"
    yield from _order(params.get("orderBy", {"type": "significant"}), columns)


def _order(order: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    if order["type"] == "column":
        by = columns.get(order["columnId"])
        if by is None or by["isBucketed"]:
            yield f"it is ordered by {order['columnId']}, which is no metric"
        elif by["params"].get("showArrayValues"):
            yield "it is ordered by what may be several values"
    elif order["type"] not in ("significant", "alphabetical"):
        yield f"no order is called {order['type']}"


def _drawn(kind: str, drawn: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    accessors: list[str]
    if kind == "lnsXY":
        accessors = [
            name
            for layer in drawn["layers"]
            for name in (*layer["accessors"], layer["xAccessor"], *filter(None, [layer.get("splitAccessor")]))
        ]
        for layer in drawn["layers"]:
            if layer["seriesType"] not in FACTS["lens"]["series"]["kinds"]:
                yield f"no series is called {layer['seriesType']}"
    elif kind == "lnsDatatable":
        accessors = [column["columnId"] for column in drawn.get("columns", ())]
    else:
        accessors = [value for name, value in drawn.items() if name.endswith("Accessor")]
    if sorted(accessors) != sorted(columns):
        yield f"{sorted(accessors)} are drawn, and {sorted(columns)} are there"


def _controls(group: Mapping[str, Any], names: set[str], used: set[str]) -> Iterator[str]:
    facts = FACTS["controls"]
    yield from _keys("key of the controls", group, facts["keys"], ())
    for id, control in json.loads(group.get("panelsJSON", "{}")).items():
        if control["type"] not in facts["kinds"]:
            yield f"no control is called {control['type']}"
        yield from _keys("key of a control", control["explicitInput"], facts["input"], facts["input"])
        used.add(f"controlGroup_{id}:optionsListDataView")
        if f"controlGroup_{id}:optionsListDataView" not in names:
            yield f"the control {id} has no data view"


def _keys(what: str, given: Mapping[str, Any], allowed: Mapping[str, str], required: Any) -> Iterator[str]:
    yield from (f"no {what} is called {name}" for name in given if name not in allowed)
    yield from (f"the {what} {name} is missing" for name in required if name not in given)
    for name, value in given.items():
        if name in allowed and not isinstance(value, PYTHON[allowed[name]]):
            yield f"the {what} {name} is {type(value).__name__}, not {allowed[name]}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
