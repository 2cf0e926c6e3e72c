"""Hostile input is rejected with a clear reason, in bounded time and memory."""

import json
import resource
import sys

import pytest
from feedparser.util import FeedParserDict

from pipeline import formats
from pipeline.errors import MalformedItem, NoStory, PermanentError
from pipeline.feeds import ItemReader, Rejected
from pipeline.formats import rss
from pipeline.formats.encoding import decode
from pipeline.story import RawStory
from tests import bending, growth
from tests.conftest import NOON
from tests.soon import soon
from tests.unit.test_samples import SAMPLES

SECRET = "the-secret-in-the-file"


def parse(value: bytes, format: str = "auto"):
    return formats.parse(RawStory(uri="x", value=value, format=format, source="", receivedat=NOON))


def nitf(body: str, before: str = "") -> bytes:
    return f"{before}<nitf><body><body.content><p>{body}</p></body.content></body></nitf>".encode()


class TestXml:
    @pytest.fixture(autouse=True)
    def secret(self, tmp_path):
        (tmp_path / "secret").write_text(SECRET)
        self.path = (tmp_path / "secret").as_uri()

    @pytest.mark.parametrize(
        "declared", ['<!ENTITY x SYSTEM "{}">', '<!ENTITY % y "1"><!ENTITY x SYSTEM "{}">', '<!entity x SYSTEM "{}">']
    )
    def test_entities_are_not_declared_much_less_fetched(self, declared):
        with pytest.raises(MalformedItem, match="entities of its own"):
            parse(nitf("&x;", f"<!DOCTYPE nitf [{declared.format(self.path)}]>"))

    def test_parameter_entities_are_neither_fetched_nor_expanded(self):
        story = parse(nitf("A lead &x; and more.", f'<!DOCTYPE nitf [<!ENTITY % x SYSTEM "{self.path}"> %x;]>'))
        assert story.body == "A lead &x; and more."

    def test_billion_laughs_are_refused(self):
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        with pytest.raises(MalformedItem, match="entities of its own"):
            parse(nitf("&l9;", f'<!DOCTYPE nitf [<!ENTITY l0 "ha">{laughs}]>'))

    def test_a_dtd_elsewhere_is_not_read(self):
        story = parse(nitf("A lead &mdash; and more.", f'<!DOCTYPE nitf SYSTEM "{self.path}">'))
        assert story.body == "A lead — and more."

    def test_inclusions_include_nothing(self):
        story = parse(
            nitf(f'A lead.<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{self.path}" parse="text"/>')
        )
        assert SECRET not in story.model_dump_json()

    @pytest.mark.parametrize("format", ["nitf", "newsml", "newsmlg2", "rss"])
    def test_a_million_nested_tags_are_refused(self, format):
        with pytest.raises(MalformedItem, match=r"[Dd]epth"):
            parse(b"<nitf>" + b"<a>" * 1_000_000, format)


class TestDepth:
    @pytest.mark.parametrize("value", [b"<div>" * 1_000_000 + b"A lead.", b"<html><body>" + b"<b>" * 1_000_000])
    def test_a_page_of_a_million_nested_tags_ends(self, value):
        with soon(bending.SLOW):
            try:
                parse(value, "html")
            except (PermanentError, NoStory) as error:
                assert str(error)

    @pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"text":['])
    @pytest.mark.parametrize("format", ["ninjs", "jsonl", "jsonfeed"])
    def test_a_million_nested_lists_are_refused(self, opening, format):
        with soon(bending.SLOW), pytest.raises(PermanentError):
            parse(opening * 1_000_000, format)

    def test_an_email_of_ten_thousand_nested_parts_ends(self):
        part = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        with soon(bending.SLOW):
            try:
                parse(b"Subject: x\r\nFrom: y\r\n" + part * 10_000, "email")
            except (PermanentError, NoStory) as error:
                assert str(error)


class TestSize:
    @pytest.mark.parametrize("name", formats.FORMATS)
    def test_an_item_of_100_mb_is_refused_in_bounded_memory(self, name):
        class Endless:
            """100 MB that exist only as they are read."""

            left = 100 << 20

            def read(self, size: int = -1, /) -> bytes:
                size = self.left if size < 0 else min(size, self.left)
                self.left -= size
                return b"x" * size

            readline = read

            def peek(self, size: int = 0, /) -> bytes:
                return b"x" * 65_536

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        (refused,) = ItemReader(limit=8 << 20, format=name).items(Endless(), "a", "a", "a")
        assert isinstance(refused, Rejected)
        assert refused.error == "TooLarge"
        assert len(refused.value) <= 65_536
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < (64 << 10 if sys.platform == "linux" else 64 << 20)

    @pytest.mark.parametrize(
        ("value", "what"),
        [(b"\x1f\x8b\x08" + b"\x00" * 99, "gzip"), (b"PK\x03\x04" + b"\x00" * 99, "zip"), (b"BZh9", "bzip2")],
    )
    def test_packed_files_are_not_unpacked(self, value, what):
        with pytest.raises(formats.UnknownFormat, match=what):
            formats.sniff(value)

    def test_what_stands_around_many_parts_is_not_repeated_in_each(self):
        head = "<title>" + "x" * 500_000 + "</title>"
        items = "".join(f"<item><guid>{n}</guid><description>Text.</description></item>" for n in range(500))
        feed = bending.BytesIO(f"<rss><channel>{head}{items}</channel></rss>".encode())
        pieces = list(formats.format_named("rss").split(feed, 8 << 20))
        assert len(pieces) == 500
        assert sum(map(len, pieces)) < 500 * 20_000

    @pytest.mark.parametrize("name", ["rss", "jsonfeed"])
    def test_a_feed_of_empty_entries_takes_no_more_than_its_share(self, name):
        head = "x" * 4_000
        feeds = {
            "rss": f"<rss><channel><title>{head}</title>{'<item/>' * 60_000}</channel></rss>",
            "jsonfeed": json.dumps(
                {"version": "https://jsonfeed.org/version/1", "title": head, "items": [{}] * 60_000}
            ),
        }
        *pieces, last = formats.format_named(name).split(bending.BytesIO(feeds[name].encode()), 8 << 20)
        assert len(pieces) == 20_000
        assert sum(map(len, pieces)) < 64 << 20
        assert "60,000 items in one document" in str(last)


class TestEncodings:
    @pytest.mark.parametrize(
        "declared", ["rot13", "base64", "utf-16", "undefined", "unicode_escape", "\x00", "x" * 99, "idna"]
    )
    def test_an_encoding_that_is_none_is_passed_over(self, declared):
        assert decode("café".encode(), declared) == "café"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
    def test_a_text_in_old_and_wide_encodings_is_read(self, encoding):
        assert parse("Le café “fermé”".replace("“", '"').replace("”", '"').encode(encoding)).body == 'Le café "fermé"'

    @pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-8", "none-such"])
    def test_an_xml_document_that_lies_about_its_encoding_is_read(self, encoding):
        value = nitf("café", f"<?xml version='1.0' encoding='{encoding}'?>").decode()
        assert parse(value.encode("cp1252")).body == "café"


class TestNames:
    def test_an_attachment_has_a_bare_name(self):
        story = parse((SAMPLES / "email" / "rich.eml").read_bytes())
        assert story.extra["attachments"] == [{"name": "dover.jpg", "mimetype": "image/jpeg"}]

    @pytest.mark.parametrize("name", ["..\\\\..\\\\x.exe", "/etc/passwd", "..", "a\x00b", ""])
    def test_whatever_it_claims(self, name):
        value = (
            f'Subject: s\nFrom: f\nContent-Type: text/plain; name="{name}"\nContent-Disposition: attachment\n\nText.'
        )
        for attachment in parse(value.encode(), "email").extra["attachments"]:
            assert not set(attachment["name"]) & set("/\\\x00")
            assert attachment["name"] not in ("", ".", "..")


def test_bent_samples_of_every_format_are_stories_or_refusals():
    found = bending.Counter()
    for value, name in bending.inputs(1_200, seed=20):
        found += bending.outcome(value, name)
    assert min(found[what] for what in ("story", "dead letter", "refused")) > 20


class TestLength:
    """What is read takes work in proportion to its length; ``make fuzz-formats`` measures what no count shows."""

    @pytest.mark.parametrize("field", growth.FIELDS)
    def test_twice_the_length_takes_at_most_twice_the_calls(self, field):
        for unit in ("a@", "x", "<p>x</p>", "a \n", '"', "(x, "):
            once, twice = (growth.calls(field, unit, 4_000 * times) for times in (1, 2))
            assert twice < 2.2 * once + 500

    @pytest.mark.parametrize("name", ["author", "dc:creator", "link", "guid", "pubDate", "category", "anything"])
    def test_a_name_that_is_a_text_is_dropped_before_feedparser_sees_it(self, name, monkeypatch):
        seen = []
        monkeypatch.setattr(
            rss.feedparser, "parse", lambda value, **_: seen.append(value) or FeedParserDict(feed={}, entries=[])
        )
        head = '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><title>A lead.</title>'
        with pytest.raises(MalformedItem, match="no text"):
            parse(f'{head}<{name} x="{"a@" * 9_000}">{"a@" * 9_000}</{name}></item></channel></rss>'.encode())
        assert len(seen[0]) < 1_000

    def test_a_header_is_cut_before_it_is_understood(self):
        value = f"From: {'a@' * 9_000}\nSubject: s\nContent-Type: text/plain; {'x=' * 9_000}\n\nThe port is open."
        story = parse(value.encode(), "email")
        assert (len(story.extra["from"]), story.body) == (1_000, "The port is open.")
