"""``make screenshots``: take the pictures in docs/screenshots, of the sample stories."""

import os
import shlex
import subprocess
import tempfile
from io import StringIO
from pathlib import Path

from playwright.sync_api import Page
from rich.console import Console
from rich.text import Text

from tests.conftest import ROOT, UPI
from tests.whole import browser
from tests.whole.command import COMMAND
from tests.whole.conftest import Wire, running

FOLDER = ROOT / "docs" / "screenshots"
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
        wire("alert", "add", "earthquakes", "earthquake | quake")
        wire("feed", ROOT / "seeds")
        wire("demo")
        wire.await_idle()
        wire("feed", "-", "--format", "ninjs", input=b"{broken", code=None)
        wire.await_idle()
        with browser.started() as chromium:
            for picture, path, look in (
                ("search", "/?since=3d", {}),
                ("story", f"/story?uri={UPI.name}", {}),
                ("name", "/name?name=Katalin+Verhoeven", {}),
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
    for command in (["search", "earthquake", "--size", "3"], ["status"]):
        console.print(f"[bold]$[/] wire {shlex.join(command)}")
        env = os.environ | wire.environment | {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
        done = subprocess.run([*COMMAND, *command], capture_output=True, text=True, env=env, check=True)
        console.print(Text.from_ansi(done.stdout))
    console.save_svg(str(FOLDER / "terminal.svg"), title="wire")


if __name__ == "__main__":
    main()
