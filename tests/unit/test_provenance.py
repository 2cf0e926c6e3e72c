"""Where in the source each field of a story stands, and what is not used."""

import json

import pytest

from pipeline import formats
from pipeline.clean import clean
from pipeline.formats.provenance import Explanation, explain, leaves
from pipeline.story import RawStory
from tests.conftest import NOON
from tests.unit.test_samples import FILES, items

NITF = (
    '<nitf uno="n-1"><head><docdata><urgency ed-urg="4"/><date.issue norm="20240516T120000Z"/><du-key key="ports"/>'
    "</docdata></head><body><body.head><hedline><hl1>Port reopens</hl1></hedline><byline>By Ann Lee</byline>"
    "</body.head>"
    "<body.content><p>The port of Sund reopened on Thursday.</p></body.content><body.end><x>Never shown</x></body.end>"
    "</body></nitf>"
)


def explained(value: str) -> Explanation:
    raw = RawStory("urn:x", value.encode(), "auto", "x", NOON)
    return explain(raw, clean(formats.parse(raw)))


class TestXml:
    @pytest.mark.parametrize(
        ("field", "path"),
        [
            ("uri", "/nitf/@uno"),
            ("urgency", "/nitf/head/docdata/urgency/@ed-urg"),
            ("versioncreated", "/nitf/head/docdata/date.issue/@norm"),
            ("headline", "/nitf/body/body.head/hedline/hl1"),
            ("byline", "/nitf/body/body.head/byline"),
            ("body", "/nitf/body/body.content/p"),
            ("slugline", "/nitf/head/docdata/du-key/@key"),
        ],
    )
    def test_a_field_has_the_place_of_its_value(self, field, path):
        assert explained(NITF).fields[field][0] == path

    def test_what_no_field_has_is_listed(self):
        assert [(leaf.path, leaf.text) for leaf in explained(NITF).unused] == [("/nitf/body/body.end/x", "Never shown")]


class TestJson:
    VALUE = json.dumps(
        {"uri": "urn:n:1", "version": "3", "headline": "Port reopens", "body_xhtml": "<p>The port is <b>open</b>.</p>",
         "versioncreated": "2024-05-16T12:00:00Z", "by line": "unread"}
    )  # fmt: skip

    def test_a_field_has_the_path_of_its_value(self):
        found = explained(self.VALUE).fields
        assert found["headline"] == ("$.headline",)
        assert found["version"] == ("$.version",)
        assert found["body"] == ("$.body_xhtml",)
        assert found["versioncreated"] == ("$.versioncreated",)


def test_a_text_has_lines():
    found = explained(
        "Port reopens\n\nThe port of Sund reopened on Thursday after two days.\nShips had waited outside."
    )
    assert found.fields["headline"] == ("line 1",)
    assert "line 3" in found.fields["body"]
    assert found.unused == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_places_are_those_of_the_source(path):
    for item in items(path):
        story = clean(formats.parse(item))
        found = explain(item, story)
        known = {leaf.path for leaf in leaves(item.value)}
        assert {place for places in found.fields.values() for place in places} | {
            leaf.path for leaf in found.unused
        } <= known
        assert set(found.fields) >= {"uri", "versioncreated", "source"}
