"""``make screenshots``: the pictures of the pages in docs/screenshots, taken of a desk with a few days' stories."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.corpus import stories
from tests.conftest import ROOT, UPI
from tests.whole import browser
from tests.whole.conftest import running

FOLDER = ROOT / "docs" / "screenshots"
COUNT = 260
DESKTOP = {"width": 1280, "height": 860}


def main() -> None:
    """Take them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wire-pictures-") as name, running(Path(name), "--port", "0") as wire:
        wire("feed", ROOT / "seeds")
        wire("feed", "-", "--format", "jsonl", input="\n".join(map(json.dumps, _days())).encode())
        wire("alert", "add", "strikes", "strike | walkout")
        wire.await_idle()
        wire("feed", "-", "--format", "ninjs", input=b"{broken", code=None)
        wire.await_idle()
        with browser.started() as chromium:
            for picture, path, look in (
                ("search", "/?q=minister", {}),
                ("story", f"/story?uri={UPI.name}", {}),
                ("name", "/name?name=Vladimir+Putin", {}),
                ("wall", "/wall?window=24h", {"color_scheme": "dark"}),
                ("status", "/status", {}),
                ("phone", "/?q=minister", {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2}),
            ):
                context = chromium.new_context(base_url=wire.address, **{"viewport": DESKTOP, **look})
                page: Page = context.new_page()
                page.goto(path)
                page.wait_for_timeout(400)
                page.screenshot(path=FOLDER / f"{picture}.png")
                context.close()


def _days() -> Iterator[dict[str, Any]]:
    """Stories of the last three days, more of them lately."""
    now = datetime.now(UTC)
    for number, story in enumerate(stories(COUNT, 41)):
        at = (now - timedelta(hours=72 * (number / COUNT) ** 2, minutes=1)).isoformat()
        yield story | {"versioncreated": at, "firstcreated": at}


if __name__ == "__main__":
    main()
