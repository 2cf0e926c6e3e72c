"""Turn the description into saved objects, in the order in which they refer to each other."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline.kibana.contents import Control, Dashboard, Links, Listing, Panel, Placed, Text, View
from pipeline.kibana.dashboards import DASHBOARDS, VIEWS
from pipeline.kibana.panels import Reference, embedded

CORE = "8.8.0"
TYPES = {"index-pattern": "8.0.0", "search": "10.5.0", "dashboard": "10.2.0"}
"""The migration versions of the objects written here: the highest that Kibana 9.0 knows; later ones migrate them."""


def objects(
    prefix: str = "",
    space: str | None = None,
    pages: str | None = None,
    views: Sequence[View] = VIEWS,
    dashboards: Sequence[Dashboard] = DASHBOARDS,
) -> list[dict[str, Any]]:
    """Return all saved objects: data views, saved searches, dashboards; ``prefix`` is that of the indices.

    Values lead to the pages of wire at the address ``pages``, if it is known. Kibana gives an object a new id if
    another space has one with its id. So the ids begin with the prefix, and end with the space.
    """

    def named(id_: str) -> str:
        return f"{prefix}{id_}-{space}" if space else f"{prefix}{id_}"

    own = [_installed(dashboard, named) for dashboard in dashboards]
    searches = {listing.id: listing for dashboard in own for listing in _listings(dashboard)}
    return [
        *(_view(replace(view, id=named(view.id)), prefix, pages) for view in views),
        *(_search(listing) for listing in searches.values()),
        *(_dashboard(dashboard, _bar(own, pages), prefix) for dashboard in own),
    ]


def _installed(dashboard: Dashboard, named: Callable[[str], str]) -> Dashboard:
    """Return a dashboard with the ids of an installation."""

    def view(found: View) -> View:
        return replace(found, id=named(found.id))

    def panel(found: Panel) -> Panel:
        if isinstance(found, Text | Links):
            return found
        ours = replace(found, view=view(found.view))
        return replace(ours, id=named(ours.id)) if isinstance(ours, Listing) else ours

    rows = tuple(tuple(replace(placed, panel=panel(placed.panel)) for placed in row) for row in dashboard.rows)
    controls = tuple(replace(control, view=view(control.view)) for control in dashboard.controls)
    return replace(dashboard, id=named(dashboard.id), rows=rows, controls=controls)


def ndjson(found: Sequence[dict[str, Any]]) -> str:
    """Return the objects as Kibana exports and imports them, one per line."""
    return "".join(json.dumps(each, ensure_ascii=False, sort_keys=True) + "\n" for each in found)


def _object(type_: str, id: str, attributes: dict[str, Any], references: list[Reference]) -> dict[str, Any]:
    return {
        "attributes": attributes,
        "coreMigrationVersion": CORE,
        "id": id,
        "managed": False,
        "references": references,
        "type": type_,
        "typeMigrationVersion": TYPES[type_],
    }


def _view(view: View, prefix: str, pages: str | None) -> dict[str, Any]:
    formats = {field: _leading_to(f"{pages.rstrip('/')}{page}") for field, page in view.pages.items()} if pages else {}
    attributes = {
        "fieldAttrs": "{}",
        "fieldFormatMap": json.dumps(formats),
        "fields": "[]",
        "name": view.name,
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
        "timeFieldName": view.time,
        "title": f"{prefix}{view.pattern}",
        "typeMeta": "{}",
    }
    return _object("index-pattern", view.id, attributes, [])


def _leading_to(address: str) -> dict[str, Any]:
    """Return Kibana's URL formatter."""
    return {
        "id": "url",
        "params": {"urlTemplate": address, "labelTemplate": "{{value}}", "openLinkInCurrentTab": False},
    }


def _search(listing: Listing) -> dict[str, Any]:
    name = "kibanaSavedObjectMeta.searchSourceJSON.index"
    source = {"filter": [], "indexRefName": name, "query": {"language": "kuery", "query": listing.only}}
    attributes = {
        "columns": list(listing.columns),
        "description": "",
        "grid": {},
        "hideChart": True,
        "isTextBasedQuery": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        "sort": [[listing.view.time, "desc"]],
        "timeRestore": False,
        "title": listing.title,
    }
    return _object("search", listing.id, attributes, [{"id": listing.view.id, "name": name, "type": "index-pattern"}])


def _bar(dashboards: Sequence[Dashboard], pages: str | None) -> Links:
    return Links("Dashboards", tuple((each.id, each.title.removeprefix("wire: ")) for each in dashboards), pages)


def _dashboard(dashboard: Dashboard, links: Links, prefix: str) -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    controls, references = _controls(dashboard.controls)
    guide = (Placed(links, 24, 4), Placed(Text("About", dashboard.guide), 24, 4))
    y = 0
    for row in (guide, *dashboard.rows):
        x = 0
        for placed in row:
            number = str(len(panels) + 1)
            kind, config, needed = embedded(placed.panel, prefix)
            panel = {
                "embeddableConfig": config,
                "gridData": {"h": placed.height, "i": number, "w": placed.width, "x": x, "y": y},
                "panelIndex": number,
                "title": placed.panel.title.removeprefix("wire: "),
                "type": kind,
            }
            if isinstance(placed.panel, Listing):
                panel["panelRefName"] = f"panel_{number}"
                needed = [{"id": placed.panel.id, "name": f"panel_{number}", "type": "search"}]
            panels.append(panel)
            references += [{**each, "name": f"{number}:{each['name']}"} for each in needed]
            x += placed.width
        y += max(placed.height for placed in row)
    attributes = {
        "controlGroupInput": controls,
        "description": dashboard.description,
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": json.dumps({"filter": [], "query": {"language": "kuery", "query": ""}})
        },
        "optionsJSON": json.dumps(
            {
                "hidePanelTitles": False,
                "syncColors": True,
                "syncCursor": True,
                "syncTooltips": False,
                "useMargins": True,
            }
        ),
        "panelsJSON": json.dumps(panels, ensure_ascii=False),
        "refreshInterval": {"pause": False, "value": dashboard.every * 1000},
        "timeFrom": dashboard.since,
        "timeRestore": True,
        "timeTo": "now",
        "title": dashboard.title,
        "version": 1,
    }
    return _object("dashboard", dashboard.id, attributes, references)


def _controls(controls: Sequence[Control]) -> tuple[dict[str, Any], list[Reference]]:
    """Return a dashboard's lists to choose from, and the references to their data views."""
    found = {
        str(number): {
            "type": "optionsListControl",
            "order": number,
            "grow": True,
            "width": "medium",
            "explicitInput": {
                "id": str(number),
                "fieldName": control.field,
                "title": control.title,
                "searchTechnique": "prefix",
                "selectedOptions": [],
                "enhancements": {},
            },
        }
        for number, control in enumerate(controls)
    }
    settings = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
    attributes = {
        "chainingSystem": "HIERARCHICAL",
        "controlStyle": "oneLine",
        "ignoreParentSettingsJSON": json.dumps(settings),
        "panelsJSON": json.dumps(found),
        "showApplySelections": False,
    }
    references = [
        {"id": control.view.id, "name": f"controlGroup_{number}:optionsListDataView", "type": "index-pattern"}
        for number, control in enumerate(controls)
    ]
    return attributes, references


def _listings(dashboard: Dashboard) -> Iterator[Listing]:
    for row in dashboard.rows:
        for placed in row:
            if isinstance(placed.panel, Listing):
                yield placed.panel
