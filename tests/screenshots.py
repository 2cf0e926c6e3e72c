"""``make screenshots``: take the pictures in docs/screenshots, of an index with a few days' stories."""

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from rich.console import Console
from rich.text import Text

from scoring import own
from tests.conftest import ROOT, UPI
from tests.whole import browser
from tests.whole.command import COMMAND
from tests.whole.conftest import Wire, running

FOLDER = ROOT / "docs" / "screenshots"
AGENCIES = ("Coastal Wire", "Northern Press", "Meridian News")
HEADLINES = {
    "minister-resigns": "Portugal's transport minister Costa to step down",
    "summit-two-leaders": "Swedish and Nigerian leaders meet in Stockholm",
    "senate-hearing": "Secretary of State Hale testifies before the Senate",
    "bank-results": "Kessler Bank reports third quarterly loss in a row",
    "strike-talks": "Hamburg dock workers walk out after talks fail",
    "un-vote": "United Nations put off vote on plastics",
    "flash-strike": "Pilots of Kenya Airways begin strike",
    "tech-lawsuit": "US regulator sues Nordlys Systems",
    "chad-border": "Chad closes its border with Sudan",
    "mine-collapse": "Four die as tunnel caves in near Tarma",
    "vaccine-study": "Single dose protects children for two years, study finds",
    "denials": "Daehan Chemical denies dumping acid in the bay",
    "village-flood": "Kosi river breaks its banks in Bihar",
    "mayor-corruption": "Mayor of Naples told to stay away from his office",
    "earthquake-brief": "Magnitude 6.1 earthquake shakes Mindanao",
    "press-release": "Helix Robotics buys warehouse near Boston",
    "paris-texas-storm": "Tornado tears roof off school in Paris, Texas",
    "court-two-accounts": "Former customs chief denies taking bribes",
    "opera-house": "Revival of The Glass River sells out in Porto",
    "poet-honoured": "Marta Ferrer wins national prize in Madrid",
    "lighthouse-keeper": "Arthur Bell keeps the last staffed light on Skye",
    "chess-final": "Rohan Mehta wins title in the last game",
    "archive-fire": "Fire destroys a third of Izmir archive's maps",
    "hospital-birth": "Triplets born at Victoria Hospital in London",
    "football-table": "Lille stay top with win over Brest",
}
"""The labelled stories that are shown, newest first."""
WIDTH = 100
QUICK = {"WIRE_MONITOR__EVERY": "1"}
DESKTOP = {"width": 1280, "height": 860}


def main() -> None:
    """Take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="wire-pictures-") as name,
        running(Path(name), "--port", "0", env=QUICK) as wire,
    ):
        wire("feed", ROOT / "seeds")
        wire("feed", "-", "--format", "jsonl", input="\n".join(map(json.dumps, _stories())).encode())
        wire("alert", "add", "strikes", "strike | walkout")
        wire.await_idle()
        wire("feed", "-", "--format", "ninjs", input=b"{broken", code=None)
        wire.await_idle()
        with browser.started() as chromium:
            for picture, path, look in (
                ("search", "/?since=7d", {}),
                ("story", f"/story?uri={UPI.name}", {}),
                ("name", "/name?name=Vladimir+Putin", {}),
                ("wall", "/wall?window=24h", {"color_scheme": "dark"}),
                ("status", "/status", {}),
                ("phone", "/?quotes=true", {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2}),
            ):
                context = chromium.new_context(base_url=wire.address, **{"viewport": DESKTOP, **look})
                page: Page = context.new_page()
                page.goto(path)
                page.wait_for_timeout(400)
                page.screenshot(path=FOLDER / f"{picture}.png")
                context.close()
        _terminal(wire)


def _terminal(wire: Wire) -> None:
    """Save the terminal output of two commands as SVG."""
    console = Console(record=True, width=WIDTH, file=StringIO())
    for command in (["search", "minister | strike", "--size", "3"], ["status"]):
        console.print(f"[bold]$[/] wire {shlex.join(command)}")
        env = os.environ | wire.environment | {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
        done = subprocess.run([*COMMAND, *command], capture_output=True, text=True, env=env, check=True)
        console.print(Text.from_ansi(done.stdout))
    console.save_svg(str(FOLDER / "terminal.svg"), title="wire")


def _stories() -> Iterator[dict[str, Any]]:
    """Return the project's own labelled stories, spread over the last three days."""
    now = datetime.now(UTC)
    for number, (name, headline) in enumerate(HEADLINES.items()):
        body, _ = own.read(own.FOLDER / f"{name}.txt")
        at = (now - timedelta(hours=72 * (number / len(HEADLINES)) ** 2, minutes=1)).isoformat()
        yield {
            "uri": f"urn:example:{name}",
            "versioncreated": at,
            "firstcreated": at,
            "headline": headline,
            "urgency": number % 4 + 2,
            "source": AGENCIES[number % len(AGENCIES)],
            "body_text": body,
        }


if __name__ == "__main__":
    main()
