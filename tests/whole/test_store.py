"""The records in Elasticsearch itself."""

import asyncio

import pytest

from pipeline.connect.elasticsearch import connect, connect_async
from pipeline.index.setup import ensure
from pipeline.settings import Elasticsearch
from pipeline.state.mapping import INDEX
from pipeline.state.store import ElasticsearchStore
from tests.store_contract import CONTRACT


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
