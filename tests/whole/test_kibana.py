"""Every panel's search returns data."""

from contextlib import suppress

import pytest
from elasticsearch import ApiError, BadRequestError

from pipeline.kibana.contents import Listing
from tests.conftest import ROOT
from tests.kibana.requests import placed, search
from tests.whole import desk
from tests.whole.conftest import eventually

PANELS = {f"{board.id}-{each.panel.title}": each.panel for board, each in placed()}


@pytest.fixture(scope="module")
def fed(wire):
    """The seeds and a generated corpus, with metrics of every process."""
    wire("feed", ROOT / "seeds")
    wire.feed(*desk.stories("sandfish"))
    wire.await_idle()
    with wire.elasticsearch as client:

        def counted() -> int:
            # Each process says how it is twice a minute; its index is made then, and answers 503 for a moment.
            with suppress(ApiError):
                return client.count(index=client.named("metrics"), query={"term": {"stage": "index"}})["count"]
            return 0

        eventually(counted)
        client.indices.refresh(index=client.named("metrics"))
    return wire


@pytest.mark.parametrize("title", PANELS)
def test_a_panel_has_data(fed, title):
    panel = PANELS[title]
    with fed.elasticsearch as client:
        asked, index = search(panel), client.named(panel.view.pattern)
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
