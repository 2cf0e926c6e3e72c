"""``make kibana``: import the dashboards into a real Kibana, export and compare them, and take a picture of each.

Needs Docker with its Compose plugin and Chromium. The containers stay, so that one can look around.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.kibana import server
from pipeline.kibana.dashboards import DASHBOARDS
from pipeline.kibana.objects import ndjson, objects
from pipeline.settings import Kibana
from tests.conftest import ROOT
from tests.whole import browser

ADDRESS = "http://localhost:5601"
PAGES = "http://localhost:8080"
PICTURES = ROOT / "docs" / "screenshots" / "kibana"
TIME = "_g=(time:(from:now-3d,to:now))"
FAILED = '[data-test-subj="embeddableStackError"], [data-test-subj="embeddable-lens-failure"], .vgaVis__messages--error'
"""What Kibana 9 shows in the place of a panel that it cannot draw."""


def main() -> None:
    """Start everything, and print what Kibana has made of the dashboards."""
    _run("docker", "compose", "--profile", "wire", "up", "--build", "--detach", "--wait")
    _run(sys.executable, "-m", "pipeline", "demo", "--kafka", "localhost:9092")
    settings, ours = Kibana(url=ADDRESS), objects(pages=PAGES)
    server.put(settings, ndjson(ours))
    kept = [json.loads(line) for line in server.get(settings, ours).splitlines()]
    found = [*differences(ours, kept), *_pictures(PICTURES)]
    sys.stdout.write("\n".join(found) or f"as imported: {len(kept)} objects; pictures in {PICTURES}")
    sys.exit(bool(found))


def differences(ours: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what an export lacks of what was imported: objects, references, panels, the columns of charts.

    Kibana migrates what it imports, so that other attributes may differ.
    """
    there = {(each["type"], each["id"]): each for each in kept}
    for each in ours:
        name = f"{each['type']} {each['id']}"
        other = there.get((each["type"], each["id"]))
        if other is None:
            yield f"{name} is missing"
            continue
        if other["attributes"].get("title") != each["attributes"]["title"]:
            yield f"{name} is called {other['attributes'].get('title')!r}"
        targets = [{(to["type"], to["id"]) for to in of["references"]} for of in (each, other)]
        yield from (f"{name} no longer refers to {type} {id}" for type, id in sorted(targets[0] - targets[1]))
        before, after = map(_operations, (each, other))
        yield from (f"{name}: panel {panel} differs" for panel in before if before[panel] != after.get(panel))


def _operations(saved: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the kind and the operations of each panel of a dashboard."""
    found = {}
    for panel in json.loads(saved["attributes"].get("panelsJSON", "[]")):
        attributes = panel["embeddableConfig"].get("attributes", {})
        layers = attributes.get("state", {}).get("datasourceStates", {}).get("formBased", {}).get("layers", {})
        operations = (column["operationType"] for layer in layers.values() for column in layer["columns"].values())
        found[panel["panelIndex"]] = [panel["type"], *sorted(operations)]
    return found


def _pictures(folder: Path) -> Iterator[str]:
    """Take a picture of each dashboard, and yield the panels that were not drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser.started() as chromium:
        for board in DASHBOARDS:
            page = chromium.new_page(viewport={"width": 1600, "height": 3200})
            page.goto(f"{ADDRESS}/app/dashboards#/view/{board.id}?{TIME}")
            page.wait_for_selector('[data-shared-item][data-render-complete="true"]', timeout=120_000)
            page.wait_for_timeout(10_000)
            page.screenshot(path=folder / f"{board.id}.png", full_page=True)
            yield from (f"{board.id}: {text}" for text in page.locator(FAILED).all_inner_texts())
            page.close()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
