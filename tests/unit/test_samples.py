"""Samples of every format, and the stories in them."""

import json
from dataclasses import replace
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest

from pipeline import formats
from pipeline.clean import clean
from pipeline.feeds import ItemReader
from pipeline.story import RawStory
from tests.conftest import NOON, ROOT

SAMPLES = ROOT / "tests" / "samples"
EXPECTED = ".stories.jsonl"
FILES = sorted(
    path
    for path in SAMPLES.glob("*/*")
    if not path.name.endswith(EXPECTED) and path.name.partition(".")[0] not in ("LICENSE", "README")
)


def items(path: Path) -> list[RawStory]:
    """Return the items of a sample as they would reach Kafka at noon."""
    stream = BufferedReader(BytesIO(path.read_bytes()), formats.SNIFFED_BYTES)
    found = list(ItemReader(limit=1 << 20).items(stream, path.name, path.name, "samples"))
    return [replace(item, receivedat=NOON, captions=True) for item in found if isinstance(item, RawStory)]


def read(path: Path) -> list[dict]:
    stories = [clean(formats.parse(item)).model_dump(mode="json") for item in items(path)]
    for story in stories:
        del story["source"]["receivedat"]
    return stories


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
class TestASample:
    def test_says_what_it_says(self, path):
        expected = path.with_suffix(EXPECTED).read_text().splitlines()
        assert read(path) == [json.loads(line) for line in expected]

    def test_is_known_by_its_content(self, path):
        if path.parent.name not in ("iptc", "jsonl"):
            assert {item.format for item in items(path)} == {path.parent.name}

    def test_has_the_same_uri_in_the_producer_and_in_the_stage_parse(self, path):
        for item in items(path):
            assert formats.parse(item).uri == item.uri

    def test_is_one_item_a_message(self, path):
        for item in items(path):
            stream = BufferedReader(BytesIO(item.value), formats.SNIFFED_BYTES)
            (again,) = formats.format_named(item.format).split(stream, 1 << 20)
            assert formats.parse(replace(item, value=again)) == formats.parse(item)


def test_every_format_has_a_minimal_a_rich_and_a_bent_sample():
    for name in formats.known_formats():
        assert {"minimal", "rich", "bent"} <= {path.stem for path in FILES if path.parent.name == name}


def test_several_stories_in_one_message_are_not_cut_down_to_one():
    several = (SAMPLES / "rss" / "rich.xml").read_bytes()
    with pytest.raises(formats.MalformedItem, match="2 entries"):
        formats.parse(RawStory(uri="x", value=several, format="rss", source="", receivedat=NOON))
