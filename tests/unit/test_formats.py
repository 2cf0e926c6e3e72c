"""From bytes to Story, and the errors for input that is none."""

import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import formats
from pipeline.errors import ConfigurationError, MalformedItem, PermanentError, TooLarge, UnknownFormat
from pipeline.formats import mapping
from pipeline.story import RawStory, Story
from tests.conftest import NOON, make_story

LIMIT = 100_000


def raw(value: bytes | str | dict, format: str = "auto", uri: str = "a.txt", **more) -> RawStory:
    if isinstance(value, dict):
        value = json.dumps(value)
    value = value.encode() if isinstance(value, str) else value
    return RawStory(uri=uri, value=value, format=format, source=more.pop("source", ""), receivedat=NOON, **more)


def parse(value, **more) -> Story:
    return formats.parse(raw(value, **more))


class TestSniffing:
    @pytest.mark.parametrize(
        ("value", "name", "expected"),
        [
            (b"BEIJING (UPI) -- Talks went on.", "a.txt", "text"),
            (b'  {"uri": "x"}', "a", "ninjs"),
            (b'\xef\xbb\xbf{"uri": "x"}', "a", "ninjs"),
            (b'[{"uri": "x"}]', "a.json", "ninjs"),
            (b"[Update] The minister left.", "a", "text"),
            (b"{sic} he wrote.", "a", "text"),
            (b'{"uri": "x"}\n{"uri": "y"}\n', "-", "jsonl"),
            (b'{"uri": "x"}\n', "a.jsonl", "jsonl"),
            (b'{"uri": "x", "headline": "cut o', "a.json", "ninjs"),
        ],
    )
    def test_by_content_before_name(self, value, name, expected):
        assert formats.sniff(value, name).name == expected

    @pytest.mark.parametrize("value", [b"", b" \n\t ", b"\xef\xbb\xbf"])
    def test_nothing_is_malformed(self, value):
        with pytest.raises(MalformedItem, match="empty"):
            formats.sniff(value)

    @pytest.mark.parametrize(
        ("value", "what"),
        [
            (b"%PDF-1.7", "PDF"),
            (b"PK\x03\x04x", "zip"),
            (b"<svg>", "markup with the root <svg>"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"a\x00b", "binary"),
            (bytes(range(32)), "binary"),
        ],
    )
    def test_bytes_that_no_format_reads_are_an_error(self, value, what):
        with pytest.raises(UnknownFormat, match=what):
            formats.sniff(value)

    def test_an_unknown_name_lists_the_known_ones(self):
        with pytest.raises(ConfigurationError, match="text"):
            formats.format_named("nift")


class TestText:
    def test_the_feed_names_it_and_the_stated_publication_dates_it(self):
        published = datetime(2024, 5, 1, tzinfo=UTC)
        story = parse("A lead.\n\nMore.", published=published)
        assert (story.uri, story.version, story.versioncreated) == ("a.txt", 1, published)

    def test_without_a_publication_it_is_dated_by_its_arrival(self):
        assert parse("A lead.").versioncreated == NOON

    def test_a_short_first_line_that_is_no_sentence_is_the_headline(self):
        story = parse("Talks open in Geneva\n\nGENEVA (AP) — Talks opened on Monday between the parties.")
        assert story.headline == "Talks open in Geneva"
        assert story.body.startswith("GENEVA")

    def test_a_sentence_is_no_headline(self):
        assert parse("Talks opened.\nThey went on for a day.").headline is None

    def test_bytes_that_are_not_utf8_are_the_encoding_of_old_wires(self):
        assert parse(b"caf\xe9 \x93news\x94 here", format="text").body == "café “news” here"


class TestNinjs:
    def test_1x(self):
        story = parse(
            {
                "uri": "urn:x:1", "version": "3", "versioncreated": "2024-05-16T14:00:00+02:00",
                "firstcreated": "2024-05-15T10:00:00Z", "headline": "Head &amp; tail", "byline": "Jane Doe",
                "body_text": "One.\nTwo.", "urgency": 2, "language": "en-GB", "pubstatus": "usable",
                "located": "Paris", "subject": [{"code": "medtop:1", "name": "politics"}], "keyword": ["a", "b"],
                "embargoed": "2024-05-16T15:00:00Z", "renditions": {"x": 1},
            }
        )  # fmt: skip
        assert (story.uri, story.version, story.urgency, story.located) == ("urn:x:1", 3, 2, "Paris")
        assert story.versioncreated == NOON
        assert story.headline == "Head & tail"
        assert story.body == "One.\nTwo."
        assert story.subject[0].model_dump() == {"code": "medtop:1", "name": "politics"}
        assert story.keyword == ("a", "b")
        assert story.embargoed == datetime(2024, 5, 16, 15, tzinfo=UTC)
        assert story.extra == {"renditions": {"x": 1}}

    @pytest.mark.parametrize("spelling", [str.lower, lambda name: name])
    def test_2x_and_3x(self, spelling):
        story = parse(
            {
                "uri": "urn:x:2",
                spelling("versionCreated"): "2024-05-16T12:00:00Z",
                "by": "Jane Doe",
                "headlines": [{"role": "short", "value": "Short"}, {"role": "main", "value": "Main"}],
                "bodies": [
                    {"role": "text", spelling("contentType"): "text/plain", "value": "One. Two."},
                    {"role": "html5", spelling("contentType"): "text/html", "value": "<p>One.</p><p>Two.</p>"},
                ],
                spelling("pubStatus"): "usable",
                "subjects": [{"name": "Sport", "uri": "medtop:15000000"}],
            }
        )
        assert (story.headline, story.byline, story.body) == ("Main", "Jane Doe", "One.\nTwo.")
        assert story.versioncreated == NOON
        assert story.subject[0].code == "medtop:15000000"
        assert story.extra == {}

    def test_markup_keeps_paragraphs_and_drops_scripts(self):
        story = parse(
            {"uri": "x", "body_xhtml": "<div><p>A &lt;b&gt;</p><script>alert(1)</script><p>B<br/>C</p></div>"}
        )
        assert story.body == "A <b>\nB\nC"

    def test_a_picture_has_its_caption_for_a_body(self):
        value = json.dumps({"uri": "x", "type": "picture", "description_text": "A dam."}).encode()
        assert formats.parse(RawStory("x", value, "ninjs", "x", NOON, captions=True)).body == "A dam."

    def test_nonconforming_objects_are_accepted(self):
        story = parse({"id": 7, "title": "T", "text": "Body."})
        assert (story.uri, story.headline, story.body) == ("7", "T", "Body.")

    @pytest.mark.parametrize("status", ["canceled", "withheld", "Cancelled"])
    def test_a_kill_needs_no_body(self, status):
        assert parse({"uri": "x", "version": 2, "pubstatus": status}).pubstatus != "usable"

    def test_a_version_that_is_no_number_is_kept_in_extra(self):
        story = parse({"uri": "x", "version": "2a", "text": "B."})
        assert (story.version, story.extra) == (1, {"version": "2a"})

    @pytest.mark.parametrize(
        ("value", "why"),
        [
            ('{"uri": "x", "headl', "not JSON: EOF.* line 1 column"),
            ("[1, 2]", "this is a list"),
            ('"text"', "this is a string"),
            ('{"uri": "x", "headline": "h"}', "no body"),
            ('{"uri": "x", "text": "b", "versioncreated": "yesterday"}', "not a time: 'yesterday'"),
            ('{"uri": "x", "text": "b", "pubstatus": "perhaps"}', "pubstatus"),
            ('{"uri": "x", "text": "\\ud800"}', "not JSON"),
            ("[" * 100_000, "recursion"),
            (b'{"uri": "x", "text": "caf\xe9"}', "not JSON"),
        ],
    )
    def test_the_error_names_what_is_wrong(self, value, why):
        with pytest.raises(MalformedItem, match=why):
            parse(value, format="ninjs")

    def test_a_story_it_printed_is_read_back(self):
        story = make_story(version=4, headline="H", extra={"odd": [1]}, keyword=("k",), urgency=3, language="en")
        again = parse(story.model_dump_json(), format="ninjs", source="Test")
        assert again == story.model_copy(update={"source": again.source})

    @given(
        st.dictionaries(
            st.text(),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            ),
        )
    )
    def test_any_object_is_a_story_or_a_permanent_error(self, item):
        try:
            assert parse(json.dumps(item), format="ninjs").body
        except PermanentError as error:
            assert str(error)

    def test_a_field_without_a_name_stands_for_no_other(self):
        with pytest.raises(MalformedItem, match="no body"):
            parse('{"": true, "title": "Ferry sinks"}', format="ninjs")

    @given(
        st.sampled_from(
            [
                "headline",
                "body_text",
                "bodies",
                "subject",
                "version",
                "urgency",
                "by",
                "located",
                "source",
                "dateline",
                "removed",
                "embargoed",
            ]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["value", "role", "name", "code", "x"]), inner)
            ),
        ),
    )
    def test_a_field_of_any_kind_is_read_or_refused(self, name, value):
        try:
            parse(json.dumps({"uri": "x", "text": "Body.", name: value}), format="ninjs")
        except PermanentError as error:
            assert str(error)


class TestSplitting:
    def split(self, format: str, value: bytes, limit: int = LIMIT):
        return list(formats.FORMATS[format].split(io.BytesIO(value), limit))

    def test_lines_are_items_and_blank_ones_are_none(self):
        assert self.split("jsonl", b'{"a":1}\r\n\n{"b":2}') == [b'{"a":1}', b'{"b":2}']

    def test_a_line_that_is_too_long_hides_none_after_it(self):
        pieces = self.split("jsonl", b'{"a":1}\n' + b"x" * 5_000 + b'\n{"b":2}\n', limit=100)
        assert pieces[0] == b'{"a":1}'
        assert isinstance(pieces[1], TooLarge)
        assert pieces[2:] == [b'{"b":2}']

    @pytest.mark.parametrize("format", ["text", "ninjs"])
    def test_a_file_over_the_limit_is_refused(self, format):
        (piece,) = self.split(format, b'{"a": "' + b"x" * 5_000, limit=100)
        assert isinstance(piece, TooLarge)

    @given(
        st.lists(st.dictionaries(st.text(), st.text() | st.integers(), min_size=1)), st.sampled_from(["", " ", "\n  "])
    )
    def test_an_array_is_its_elements_byte_for_byte(self, items, space):
        texts = [json.dumps(item, ensure_ascii=False) for item in items]
        value = f"[{space}{f'{space},{space}'.join(texts)}{space}]".encode()
        assert self.split("ninjs", value) == [text.encode() for text in texts]

    def test_an_array_larger_than_the_limit_still_gives_its_elements(self):
        items = [{"n": n, "text": "é" * 997} for n in range(500)]
        pieces = self.split("ninjs", json.dumps(items, ensure_ascii=False).encode())
        assert [json.loads(piece)["n"] for piece in pieces] == list(range(500))

    def test_a_broken_array_gives_what_is_whole_and_the_rest_to_refuse(self):
        pieces = self.split("ninjs", b'[{"a":1}, {"b":')
        assert pieces == [b'{"a":1}', b'{"b":']


class TestSource:
    ITEM = {"uri": "x", "text": "B.", "infosources": [{"name": "Stated"}]}

    @pytest.mark.parametrize(
        ("source", "feed", "expected"), [("Given", "folder", "Given"), ("folder", "folder", "Stated")]
    )
    def test_a_given_name_wins_over_a_stated_one_and_that_over_the_folders(self, source, feed, expected):
        assert parse(self.ITEM, source=source, feed=feed).source.name == expected

    def test_the_folders_name_is_better_than_none(self):
        assert parse("Text.", source="folder", feed="folder").source.name == "folder"


@pytest.mark.parametrize(
    ("format", "value"),
    [
        ("nitf", '<nitf><head><docdata management-status="embargoed"/></head></nitf>'),
        ("newsml", '<NewsML><NewsItem><NewsManagement><Status>Embargoed</Status></NewsManagement></NewsItem></NewsML>'),
        ("newsmlg2", '<newsItem guid="x"><itemMeta><pubStatus qcode="stat:embargoed"/></itemMeta></newsItem>'),
        ("ninjs", '{"uri": "x", "text": "A.", "pubstatus": "embargoed"}'),
    ],
)  # fmt: skip
def test_an_embargo_until_nobody_knows_when_withholds(format, value):
    assert parse(value, format=format).pubstatus == "withheld"


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("20240516T120000Z", 12), ("20240516T120000+0200", 10), ("2024-05-16 12:00", 12), ("2024-05-16T12:00+02", 10),
        ("Thu, 16 May 2024 12:00:00 EDT", 16), ("20240516", 0), ("16 May 2024 12:00 CEST", 10), ("20240516 1200", 12),
        ("2024-05-16T12:00:00.123Z", 12),
    ],
)  # fmt: skip
def test_times_are_read_however_they_are_written(text, hour):
    assert mapping.time(text).replace(microsecond=0) == datetime(2024, 5, 16, hour, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "12:00", "99999999", "0000-00-00T00:00:00Z", "9" * 60, "May"])
def test_what_is_no_time_is_none(text):
    assert mapping.time(text) is None
