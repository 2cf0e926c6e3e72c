"""Whether a feed recognises an urgent item by its bytes, compared with what parsing it says."""

import io

import pytest

from pipeline import formats
from pipeline.errors import PipelineError
from pipeline.feeds.item_reader import ItemReader
from pipeline.formats.urgent import seems_urgent
from pipeline.story import RawStory, is_urgent
from tests.conftest import ROOT


def parsed_samples():
    """Return each item of the samples with the story in it."""
    found = []
    for path in sorted(path for path in (ROOT / "tests" / "samples").rglob("*") if path.is_file()):
        stream = io.BufferedReader(io.BytesIO(path.read_bytes()))
        for item in ItemReader(8 << 20).items(stream, str(path), path.name, "samples"):
            if isinstance(item, RawStory):
                try:
                    found.append((item, formats.parse(item)))
                except PipelineError:
                    continue
    return found


def test_most_urgent_samples_are_recognised_and_no_other():
    samples = parsed_samples()
    urgent = [item for item, story in samples if is_urgent(story)]
    recognised = [item for item, story in samples if item.seems_urgent]
    assert len(urgent) > 10
    assert {item.uri for item in recognised} <= {item.uri for item in urgent}
    assert len(recognised) > 0.8 * len(urgent)


@pytest.mark.parametrize(
    "value",
    [
        b'{"urgency": 1}',
        b'{"pubstatus": "canceled"}',
        b"<urgency>2</urgency>",
        b'<urgency ed-urg="1"/>',
        b'<Urgency FormalName="1"/>',
        b'<meta name="urgency" content="2"/>',
        b'<pubStatus qcode="stat:canceled"/>',
        b"X-Priority: 1 (Highest)\r\n",
        b"\x01AFP0123 1 i 120 FRANCE\r\n",
        b"\x01a0123\r\nb i BC-Quake\r\n",
    ],
)
def test_urgency_is_recognised_in_every_notation(value):
    assert seems_urgent(value)


@pytest.mark.parametrize(
    "value",
    [
        b'{"urgency": 4, "version": 1}',
        b'{"urgency": 12}',
        b'{"urgency": null, "count": 2}',
        b'{"headline": "Urgency as 1 dies"}',
        b'{"pubstatus": "usable", "headline": "Talks canceled"}',
        b"\x01AFP0123 4 i 120 FRANCE\r\n",
    ],
)
def test_other_items_are_not_urgent(value):
    assert not seems_urgent(value)
