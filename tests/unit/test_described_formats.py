"""Formats by description: what a file may say, and how wrong ones are refused."""

import json
import os
import time
from io import BytesIO
from pathlib import Path

import jsonpath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from typer.testing import CliRunner

from pipeline.cli import build_app
from pipeline.errors import ConfigurationError, MalformedItem
from pipeline.formats.described import BUILTIN, FOLDER, DescribedFormats
from pipeline.formats.described import selectors as selectors_module
from pipeline.formats.described.described_format import DescribedFormat
from pipeline.formats.described.description import load
from pipeline.formats.described.selectors import selector, texts
from pipeline.story import RawStory
from tests.conftest import NOON, ROOT

GOOD = """
name = "agency"
title = "An agency"
syntax = "json"
items = "$.stories[*]"

[recognise]
contains = ['"agency-feed"']

[fields]
uri = "$.ref"
headline = ["$.titles.web", "$.title"]
versioncreated = { path = "$.sent", format = "%d.%m.%Y %H:%M", zone = "Europe/Berlin" }
pubstatus = { path = "$.state", map = { live = "usable", pulled = "canceled" } }
byline = { path = "$.authors[*]", join = ", " }
embargoed = "$.embargo"
subject = { path = "$.topics[*]", code = "$.code", name = "$.name" }
body = { path = "$.html", html = true }

[fields.extra]
photo = "$.photo"
"""
STORY = {"ref": "a-1", "title": "Port reopens", "html": "<p>One.</p><p>Two.</p>", "sent": "16.05.2024 15:30",
         "authors": ["Ann Lee", "Bob Ray"], "topics": [{"code": "T1", "name": "Ports"}], "state": "live",
         "photo": "x.jpg"}  # fmt: skip


@pytest.fixture
def described(tmp_path):
    """Return a function that loads a description."""

    def loaded(text: str = GOOD) -> DescribedFormat:
        path = tmp_path / "agency.toml"
        path.write_text(text)
        return DescribedFormat(load(path))

    return loaded


def item(story: dict) -> RawStory:
    return RawStory("urn:x", json.dumps(story).encode(), "agency", "Agency", NOON)


class TestReading:
    def test_fields_are_found_joined_mapped_and_stripped_of_tags(self, described):
        story = described().parse(item(STORY))
        assert (story.uri, story.headline, story.byline) == ("a-1", "Port reopens", "Ann Lee, Bob Ray")
        assert (story.body, story.pubstatus) == ("One.\nTwo.", "usable")
        assert story.versioncreated.isoformat() == "2024-05-16T13:30:00+00:00"
        assert [(each.code, each.name) for each in story.subject] == [("T1", "Ports")]
        assert story.extra == {"photo": "x.jpg"}

    def test_the_first_alternative_that_has_a_value_counts(self, described):
        assert described().parse(item(STORY | {"titles": {"web": "Longer"}})).headline == "Longer"

    def test_a_file_is_split_into_its_items(self, described):
        value = json.dumps({"agency-feed": 1, "stories": [STORY, STORY | {"ref": "a-2"}]}).encode()
        found = described()
        assert found.recognises(value, "")
        items = [bytes(each) for each in found.split(BytesIO(value), 1 << 20)]
        assert [found.identity(each) for each in items] == ["a-1", "a-2"]

    def test_several_items_in_one_message_are_not_cut_down_to_one(self, described):
        with pytest.raises(MalformedItem, match="several items"):
            described().parse(item({"stories": [STORY, STORY]}))

    def test_an_embargo_that_cannot_be_read_is_no_story(self, described):
        with pytest.raises(MalformedItem, match="embargo"):
            described().parse(item(STORY | {"embargo": "after lunch"}))

    def test_findings_name_the_path_and_what_is_missing(self, described):
        found = described().findings(item(STORY).value)
        assert (found["headline"].value, found["headline"].path) == ("Port reopens", "$.title")
        assert found["embargoed"] is None


class TestWrongDescriptions:
    @pytest.mark.parametrize(
        ("before", "after", "line", "reason"),
        [
            ('uri = "$.ref"', 'uri = "$.ref["', 11, "no JSONPath"),
            ('uri = "$.ref"', 'url = "$.ref"', 11, "Extra inputs"),
            ('zone = "Europe/Berlin"', 'zone = "Europe/Atlantis"', 13, "time zone"),
            ('syntax = "json"', 'syntax = "yaml"', 4, "'xml' or 'json'"),
            ("contains = ['\"agency-feed\"']", "", 7, "root or contains"),
            ('name = "agency"', 'name = "An Agency!"', 2, "pattern"),
            ('title = "An agency"', "title = ", 3, "Invalid value"),
            ('uri = "$.ref"', 'uri = "$..a..b"', 11, "more than once"),
        ],
    )
    def test_are_refused_with_the_line(self, described, before, after, line, reason):
        with pytest.raises(ConfigurationError, match=reason) as refused:
            described(GOOD.replace(before, after, 1))
        assert f"line {line}" in str(refused.value)

    @pytest.mark.parametrize(
        ("path", "syntax"),
        [
            ("//a//b", "xml"),
            ("/a/descendant::b/following::c", "xml"),
            ("re:test(., '(a+)+$')", "xml"),
            ("/a[", "xml"),
            ("$[?match(@.a, '(a+)+$')]", "json"),
            ("$." + "a." * 400 + "b", "json"),
        ],
    )
    def test_paths_that_may_cost_too_much_are_refused(self, path, syntax):
        with pytest.raises((ValueError, MalformedItem)):
            selector(path, syntax)(etree.fromstring("<a/>"))

    def test_results_are_bounded(self, monkeypatch):
        monkeypatch.setattr(selectors_module, "MOST_CHARACTERS", 100)
        with pytest.raises(MalformedItem, match="more than"):
            list(texts(["x" * 60, "y" * 60]))

    def test_deep_nesting_ends_in_an_error(self, described):
        deep = b'{"ref": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        with pytest.raises(MalformedItem):
            described().parse(RawStory("urn:x", deep, "agency", "", NOON))


class TestPlainPaths:
    JSON = st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    )
    STEPS = st.lists(st.sampled_from([".a", ".b", "[*]"]), max_size=4).map(lambda steps: "$" + "".join(steps))

    @given(document=JSON, path=STEPS)
    def test_lead_where_jsonpath_leads(self, document, path):
        assert selector(path, "json")(document) == [match.obj for match in jsonpath.finditer(path, document)]


class TestCheck:
    def checked(self, tmp_path: Path, sample: str) -> tuple[int, str]:
        """Return the exit code and output of ``wire formats check --json`` for a sample."""
        (tmp_path / "agency.toml").write_text(GOOD)
        (tmp_path / "sample.json").write_text(sample)
        words = ["formats", "check", str(tmp_path / "agency.toml"), str(tmp_path / "sample.json"), "--json"]
        done = CliRunner().invoke(build_app(words), words)
        return done.exit_code, done.output

    def test_a_complete_sample_is_shown_field_by_field(self, tmp_path):
        code, output = self.checked(tmp_path, json.dumps({"agency-feed": 1, "stories": [STORY]}))
        found = json.loads(output)
        assert (code, found["needed"]) == (0, [])
        assert found["fields"]["headline"] == {"value": "Port reopens", "path": "$.title"}
        assert "embargoed" in found["missing"]

    def test_a_sample_without_a_headline_is_not_complete(self, tmp_path):
        story = {name: value for name, value in STORY.items() if name != "title"}
        code, output = self.checked(tmp_path, json.dumps({"agency-feed": 1, "stories": [story]}))
        assert (code, json.loads(output)["needed"]) == (1, ["headline"])

    def test_a_sample_of_another_format_is_not_recognised(self, tmp_path):
        assert self.checked(tmp_path, "Plain text")[0] == 1


class TestFolder:
    def test_a_changed_file_counts_without_a_restart(self, tmp_path, monkeypatch):
        path = tmp_path / "agency.toml"
        path.write_text(GOOD)
        found = DescribedFormats(tmp_path)
        assert set(found.formats()) == {"agency"}
        path.write_text(GOOD.replace('name = "agency"', 'name = "other"'))
        os.utime(path, ns=(1, 1))
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 2)
        assert set(found.formats()) == {"other"}

    def test_a_wrong_file_leaves_the_others_alone(self, tmp_path):
        (tmp_path / "agency.toml").write_text(GOOD)
        (tmp_path / "wrong.toml").write_text("name = ")
        assert set(DescribedFormats(tmp_path).formats()) == {"agency"}

    def test_examples_are_complete(self):
        examples = sorted((ROOT / FOLDER).glob("*.toml"))
        assert len(examples) >= 3
        assert {path.name for path in BUILTIN.glob("*.toml")} <= {path.name for path in examples}
        for path in examples:
            assert isinstance(path, Path)
            assert load(path).title
