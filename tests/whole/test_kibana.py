"""Every panel's search returns data."""

from contextlib import suppress
from functools import partial

import httpx
import pytest
from elasticsearch import ApiError, BadRequestError

from pipeline.kibana.contents import Listing
from tests.conftest import ROOT
from tests.kibana.requests import placed, search
from tests.whole import desk
from tests.whole.conftest import eventually

PANELS = {f"{board.id}-{each.panel.title}": each.panel for board, each in placed()}
RISING = "urn:desk:rising"


def _raid(town: str) -> str:
    said = f"“We lost five men,” said Ana Beltran, the mayor of {town}. Ana Beltran was in Geneva on Monday."
    return f"{town.upper()} - Gunmen killed five people in {town} on Monday, police said.\n{said}\n{desk.matter(town)}"


@pytest.fixture(scope="module")
def fed(wire):
    """The seeds and a generated corpus, with metrics of every process."""
    wire("alert", "add", "sandfish", "sandfish")
    wire("feed", ROOT / "seeds")
    stories = desk.stories("sandfish")
    rising = [desk.item(f"{RISING}:{town}", _raid(town), headline=f"Raid in {town}") for town in desk.TOWNS]
    wire.feed(*stories, *rising)
    wire.await_idle()
    changed, killed = stories[:2]
    wire.feed({**changed, "version": "2", "headline": "Corrected"}, {**killed, "version": "2", "pubstatus": "canceled"})
    token = wire("token", "add", "pusher").stdout.decode().strip()
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    httpx.post(f"{wire.address}/ingest", json=stories[2], headers=head).raise_for_status()
    wire.await_idle()
    with wire.elasticsearch as client:

        def counted(field: str) -> bool:
            # Each process says how it is every few seconds; its index is made then, and answers 503 for a moment.
            with suppress(ApiError):
                client.indices.refresh(index=client.named("metrics"))
                return client.count(index=client.named("metrics"), query={"exists": {"field": field}})["count"] > 0
            return False

        for field in ("events", "feed", "disk_free"):
            eventually(partial(counted, field))
        client.indices.refresh(index=client.named("matches", "wire-desk"))
    return wire


@pytest.mark.parametrize("title", PANELS)
def test_a_panel_has_data(fed, title):
    panel = PANELS[title]
    with fed.elasticsearch as client:
        asked, index = search(panel), client.named(panel.view.pattern)
        if getattr(panel, "rising", False):
            # Where all is looked at, nothing is more frequent than at other times.
            asked["query"] = {"prefix": {"uri": RISING}}
        try:
            answer = client.search(index=index, **{"aggregations": asked.pop("aggs", None), **asked})
        except BadRequestError as error:
            pytest.fail(str(error.body))
    if isinstance(panel, Listing):
        hits = answer["hits"]["hits"]
        assert hits
        assert set().union(*(hit["fields"] for hit in hits)) >= set(panel.columns) - {"waiting", "lag"}
        return
    assert answer["hits"]["total"]["value"] > 0
    for about in answer["aggregations"].values():
        counted = about.get("buckets", about.get("value", about.get("values", about.get("doc_count"))))
        assert counted is not None
        assert counted != []
