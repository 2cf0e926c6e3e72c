"""Items that are no stories: they are counted and left out, and make no dead letters."""

import json

import pytest

from pipeline import formats
from pipeline.envelope import Coordinate, Envelope
from pipeline.errors import NoStory
from pipeline.formats import parse
from pipeline.story import RawStory
from pipeline.workers.contract import Done, Send
from pipeline.workers.stages.parse import Parsing
from tests.conftest import NOON
from tests.simulation.calm import Calm
from tests.simulation.system import SimulatedParser


def g2(kind: str, caption: str = "", status: str = "usable", text: str = "") -> str:
    inline = f"<inlineXML><html><body><p>{text}</p></body></html></inlineXML>" if text else ""
    return (
        f'<newsItem guid="urn:g2:1"><itemMeta><itemClass qcode="{kind}"/><pubStatus qcode="stat:{status}"/></itemMeta>'
        f"<contentMeta><headline>Port</headline><description>{caption}</description></contentMeta>"
        f"<contentSet>{inline}</contentSet></newsItem>"
    )


def ninjs(kind: str, **fields: str) -> str:
    return json.dumps({"uri": "urn:n:1", "type": kind, "headline": "Port", **fields})


def raw(value: str, captions: bool = False) -> RawStory:
    return RawStory("urn:x", value.encode(), "auto", "x", NOON, captions=captions)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (g2("ninat:picture", "A ship in the port."), "picture"),
        (g2("ninat:video", "A ship in the port."), "video"),
        (ninjs("picture", description_text="A ship in the port."), "picture"),
        (ninjs("graphic", description_text="A map."), "graphic"),
        (ninjs("planning", description_text="Port reopens at noon."), "planning"),
        ('<planningItem guid="urn:p:1"/>', "planning"),
        ('<conceptItem guid="urn:c:1"/>', "concept"),
        ('<packageItem guid="urn:k:1"><itemMeta/><itemRef residref="urn:g2:1"/></packageItem>', "package"),
    ],
)
def test_pictures_planning_and_packages_without_a_text_are_none(value, kind):
    with pytest.raises(NoStory) as found:
        parse(raw(value))
    assert found.value.kind == kind


@pytest.mark.parametrize(
    "value",
    [g2("ninat:picture", "A ship."), ninjs("picture", description_text="A ship."), ninjs("text", body_text="A ship.")],
)
def test_a_caption_is_a_story_where_the_feed_asks_for_it(value):
    assert parse(raw(value, captions=True)).body == "A ship."


def test_a_picture_with_a_text_is_a_story():
    assert parse(raw(g2("ninat:picture", "A ship.", text="The port is open."))).body == "The port is open."


def test_a_kill_of_a_picture_passes():
    assert parse(raw(g2("ninat:picture", status="canceled"))).pubstatus == "canceled"


def test_what_the_feed_asks_for_travels_with_the_item():
    item = raw(ninjs("picture", description_text="A ship."), captions=True)
    envelope = Envelope(Coordinate("wire.raw", 0, 1), b"urn:x", item.value, item.headers.pairs())
    assert RawStory.of(envelope).captions


def test_the_stage_counts_them_by_kind():
    calm = Calm()

    def envelope(value: str) -> Envelope:
        return Envelope(Coordinate("wire.raw", 0, 1), b"urn:x", value.encode(), raw(value).headers.pairs())

    values = [g2("ninat:picture", "A ship."), ninjs("text", body_text="The port is open.")]
    picture, story = calm.run(Parsing(SimulatedParser()).work([envelope(value) for value in values]))
    assert isinstance(picture, Done)
    assert picture.why.split()[0] == "picture"
    assert isinstance(story, Send)
    assert formats.sniff(values[1].encode()).name == "ninjs"
