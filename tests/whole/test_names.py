"""What is kept about names in a real Elasticsearch."""

import asyncio
from contextlib import suppress

import pytest

from pipeline.elasticsearch.client import connect, connect_async
from pipeline.errors import ElasticsearchUnavailable
from pipeline.identity.corrections import Correction
from pipeline.index.derived import ElasticsearchStories, Found, write_anew
from pipeline.index.identities import correct
from pipeline.index.indices import ElasticsearchIndices
from pipeline.index.names import ElasticsearchNames, Using, using
from pipeline.index.reindex import reindex
from pipeline.index.setup import ensure
from pipeline.settings import Elasticsearch
from tests.conftest import NOON
from tests.names_contract import CONTRACT


def installed(servers, name: str) -> Elasticsearch:
    ours = Elasticsearch(hosts=servers.elasticsearch.address, prefix=f"{name.replace('_', '-')}-")
    with connect(ours) as client:
        ensure(client, ours)
    return ours


@pytest.mark.parametrize("law", CONTRACT, ids=lambda law: law.__name__)
def test_keep_the_contract(servers, law):
    async def keep(ours: Elasticsearch) -> None:
        async with connect_async(ours) as client:
            await law(ElasticsearchNames(client))

    asyncio.run(keep(installed(servers, law.__name__)))


def test_stories_are_found_by_the_names_that_they_use(servers):
    documents = [
        {
            "uri": f"urn:{number}",
            "firstcreated": NOON.isoformat(),
            "name_usage": [f"lee\x1f{how}\x1fPERSON\x1flee\x1fLee"],
        }
        for number, how in enumerate(("own", "located", "first", "own"))
    ]

    async def find(ours: Elasticsearch) -> list[list[str]]:
        async with connect_async(ours) as client:
            names = ElasticsearchNames(client)
            found = [Found(document, 1) for document in documents]
            await write_anew(ElasticsearchIndices(client), found, with_parts=lambda _: False)
            wanted = [Using(using([("PERSON", "lee")]))]
            early = [Using(using([("PERSON", "lee")]), until=NOON)]
            pages = [await names.stories(wanted, after, 2) for after in ("", "urn:1")]
            pages += [await names.stories(early, "", 9), await names.all_stories("urn:0", 9), await names.unfinished()]
            assert pages[0][0].firstcreated == NOON
            return [[each.uri for each in page] for page in pages]

    found = asyncio.run(find(installed(servers, "naming")))
    assert found == [["urn:0", "urn:1"], ["urn:3"], [], ["urn:1", "urn:2", "urn:3"], []]


def test_while_indices_are_rebuilt_no_part_of_the_stories_is_taken_for_all(servers):
    ours = installed(servers, "rebuilding")
    created = {f"urn:{year}": NOON.replace(year=year) for year in range(2017, 2027)}
    documents = [{"uri": uri, "firstcreated": at.isoformat(), "name_usage": []} for uri, at in created.items()]

    def rebuild() -> None:
        with connect(ours) as client:
            list(reindex(client, ours, lambda *_: None))

    async def find() -> set[int]:
        async with connect_async(ours) as client:
            names, stories = ElasticsearchNames(client), ElasticsearchStories(client)
            await write_anew(
                ElasticsearchIndices(client), [Found(each, 1) for each in documents], with_parts=lambda _: False
            )
            rebuilt = asyncio.create_task(asyncio.to_thread(rebuild))
            counts = set()
            while not rebuilt.done():
                with suppress(ElasticsearchUnavailable):
                    counts |= {len(await names.all_stories("", 99)), len(await stories.read(created, ["uri"]))}
            await rebuilt
            return counts

    assert asyncio.run(find()) == {len(documents)}


def test_a_correction_is_known_at_once_and_applied_once(servers):
    ours = installed(servers, "correcting")
    split = Correction(correction="split", type="PERSON", key="lee", by="ann", at=NOON)

    async def apply() -> None:
        async with connect_async(ours) as client:
            names = ElasticsearchNames(client)
            assert not (await names.corrections()).split
            with connect(ours) as other:
                correct(other, split)
            assert (await names.corrections()).split == {("PERSON", "lee")}
            ((id_, correction),) = await names.unapplied()
            assert correction == split
            await names.applied(id_)
            assert await names.unapplied() == []
            assert (await names.corrections()).split == {("PERSON", "lee")}

    asyncio.run(apply())
