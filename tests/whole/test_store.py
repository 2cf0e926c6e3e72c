"""The records in a real Elasticsearch, and reindexing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from elasticsearch import ConnectionTimeout

from pipeline.desk.record_mapping import INDEX
from pipeline.desk.store import ElasticsearchStore
from pipeline.elasticsearch.client import connect, connect_async
from pipeline.errors import ElasticsearchUnavailable
from pipeline.index import reindex as module
from pipeline.index.reindex import Reindexed, reindex
from pipeline.ops.index_setup import ensure
from pipeline.settings import Elasticsearch
from tests.store_contract import CONTRACT
from tests.whole.conftest import Wire


@pytest.mark.parametrize("law", CONTRACT, ids=lambda law: law.__name__)
def test_keep_the_contract(servers, law):
    prefix = f"{law.__name__.replace('_', '-')}-"
    ours = Elasticsearch(hosts=servers.elasticsearch.address, prefix=prefix)
    with connect(ours) as client:
        ensure(client, ours)

    async def keep() -> None:
        async with connect_async(ours) as client:
            await law(ElasticsearchStore(client), lambda: client.indices.refresh(index=client.named(INDEX)))

    asyncio.run(keep())


class TestReindexCutOff:
    """The last step of a reindexing takes effect, and its response is lost."""

    @pytest.mark.parametrize("failure", [ConnectionTimeout("no answer"), KeyboardInterrupt()])
    @pytest.mark.parametrize("took_effect", [True, False])
    def test_leaves_the_one_copy_there_is(self, servers, monkeypatch, failure, took_effect):
        ours = Elasticsearch(hosts=servers.elasticsearch.address, prefix=f"cut-off-{took_effect}-".lower())
        with connect(ours) as client:
            ensure(client, ours)
            index = client.named("wire-stories-2024.05")
            client.index(index=index, id="a", document={"uri": "urn:a"}, refresh=True)
            update = client.indices.update_aliases

            def cut_off(**given):
                if took_effect:
                    update(**given)
                raise failure

            monkeypatch.setattr(client.indices, "update_aliases", cut_off)
            with pytest.raises((ElasticsearchUnavailable, KeyboardInterrupt)):
                list(reindex(client, ours, lambda *_: None))
            assert client.count(index=client.named("stories"))["count"] == 1
            monkeypatch.setattr(client.indices, "update_aliases", update)
            list(reindex(client, ours, lambda *_: None))
            client.index(index=index, id="b", document={"uri": "urn:b"}, refresh=True)
            assert client.count(index=client.named("stories"))["count"] == 2
            client.indices.delete(index=list(client.indices.get(index=client.named("stories"))))


def test_two_reindexings_at_once_keep_all_documents(servers):
    ours = Elasticsearch(hosts=servers.elasticsearch.address, prefix="twice-")
    with connect(ours) as client:
        ensure(client, ours)
        index = client.named("wire-stories-2024.05")
        for number in range(50):
            client.index(index=index, id=str(number), document={"uri": f"urn:{number}"})
        client.indices.refresh(index=index)

        def once(_: int) -> list[Reindexed]:
            with connect(ours) as another:
                return list(reindex(another, ours, lambda *_: None))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(once, range(2)))
        client.indices.refresh(index=client.named("stories"))
        assert client.count(index=client.named("stories"))["count"] == 50
        client.index(index=index, id="new", document={"uri": "urn:new"})


def test_a_reindexing_that_was_cut_off_is_taken_over(servers, monkeypatch):
    monkeypatch.setattr(module, "_ABANDONED", 1.0)
    ours = Elasticsearch(hosts=servers.elasticsearch.address, prefix="abandoned-")
    with connect(ours) as client:
        ensure(client, ours)
        index = client.named("wire-stories-2024.05")
        client.index(index=index, id="a", document={"uri": "urn:a"}, refresh=True)
        client.indices.create(index=f"made-2-of-{index}")
        client.indices.put_settings(index=index, settings={"index.blocks.write": True})
        list(reindex(client, ours, lambda *_: None))
        client.index(index=index, id="b", document={"uri": "urn:b"}, refresh=True)
        assert client.count(index=client.named("stories"))["count"] == 2


def test_an_index_that_cannot_be_written_to_is_named_in_the_status(installation, tmp_path):
    wire = Wire(tmp_path, env=installation)
    wire("setup")
    with wire.elasticsearch as client:
        index = client.named("wire-stories-2024.05")
        client.index(index=index, document={"uri": "urn:a"})
        client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
        state = wire.json("status", code=3)["elasticsearch"]
        assert state["state"] == "read-only"
        assert f"{index} has index.blocks.read_only_allow_delete" in state["reason"]
        client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})
        assert wire.status()["elasticsearch"].get("state") != "read-only"
