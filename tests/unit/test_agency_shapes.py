"""Shapes that agencies give their files, each found in several of them."""

from io import BytesIO

import pytest

from pipeline import formats
from pipeline.clean import clean
from pipeline.story import RawStory, Story
from tests.conftest import NOON


def read(value: str, name: str = "auto") -> Story:
    return clean(formats.parse(RawStory("urn:x", value.encode(), name, "x", NOON)))


def g2(body: str, about: str = "") -> str:
    return (
        f'<newsItem guid="urn:g2:1"><itemMeta/><contentMeta><headline>Port reopens</headline>{about}</contentMeta>'
        f"<contentSet><inlineXML>{body}</inlineXML></contentSet></newsItem>"
    )


def nitf(head: str, body: str) -> str:
    return (
        f'<nitf uno="n-1"><body><body.head><hedline><hl1>Port reopens</hl1></hedline>{head}</body.head>'
        f"<body.content>{body}</body.content></body></nitf>"
    )


class TestBodies:
    def test_the_header_of_a_page_is_no_part_of_the_story(self):
        page = (
            '<html><body><header><time>16.05.2024 12:00</time><ul><li class="subject">Ports</li></ul>'
            "<h1>Port reopens</h1></header><section><p>The port of Sund is open.</p><p>Ships waited.</p></section>"
            "</body></html>"
        )
        assert read(g2(page)).body == "The port of Sund is open.\nShips waited."

    def test_a_wrapped_text_in_one_element_keeps_its_paragraphs(self):
        text = (
            "(Adds comments)\n    * Ships waited for two days\n\n    By Ann Lee\n    May 16 (EX) - The port of Sund\n"
            "reopened on Thursday after a storm that\nlasted for two days.\n    Ships had waited outside.\n"
            "They came in at noon.\n    The next storm is due on\nSunday."
        )
        story = read(g2(f"<html><body><p>{text}</p></body></html>"))
        assert story.body.split("\n") == [
            "* Ships waited for two days",
            "The port of Sund reopened on Thursday after a storm that lasted for two days.",
            "Ships had waited outside. They came in at noon.",
            "The next storm is due on Sunday.",
        ]
        assert (story.byline, story.ednote) == ("Ann Lee", "(Adds comments)")
        assert story.dateline.date == "2024-05-16"

    def test_markup_that_is_only_indented_is_no_wrapped_text(self):
        body = "<html><body>\n  <p>\n    The port\n    of Sund\n    is open.\n  </p>\n</body></html>"
        assert read(g2(body)).body == "The port of Sund is open."

    @pytest.mark.parametrize("last", ["hh/ph/ts", "(SDA/sj)", "* * * *", "—__"])
    def test_initials_and_rules_at_the_end_are_removed(self, last):
        story = read(nitf("", f"<p>The port of Sund is open.</p><p>{last}</p>"))
        assert story.body == "The port of Sund is open."
        assert story.removed[-1].text == last


class TestDatelines:
    @pytest.mark.parametrize(
        ("stated", "text"),
        [
            ("SUND", "SUND (EX) — The port"),
            ("Sund Coast Country", "SUND - The port"),
            ("Sund (dpa) -", "Sund (dpa) - The port"),
        ],
    )
    def test_that_the_text_repeats_leave_it(self, stated, text):
        story = read(nitf(f"<dateline>{stated}</dateline>", f"<p>{text} of Sund is open.</p>"))
        assert story.body == "The port of Sund is open."
        assert story.dateline.place == "Sund"

    def test_a_dateline_of_another_place_stays_in_the_text(self):
        story = read(nitf("<dateline>Kattegat</dateline>", "<p>SUND (EX) — The port is open.</p>"))
        assert story.body.startswith("SUND")

    def test_a_time_in_its_place_is_none(self):
        head = "<dateline><story.date>20240516T120000+0000</story.date></dateline>"
        story = read(nitf(head, "<p>Sund, 16 may (EFE).- The port is open.</p>"))
        assert (story.dateline.text, story.body) == ("Sund, 16 may (EFE).-", "The port is open.")

    def test_the_agency_may_come_first(self):
        story = read(nitf("", "<p>(ANSA) - Rome, October 11 - The port is open.</p>"))
        assert (story.dateline.place, story.dateline.date, story.body) == ("Rome", "2023-10-11", "The port is open.")


class TestTeleprinter:
    HEAD = "\x7f\x7f\r\n\x7f\x01eca0003 3 i 120  dpa 1888\r\n\r\nSund/ports/\r\n\x02"

    def test_lines_above_a_headline_are_lead_notes_and_bylines(self):
        above = "REFILE\r\n1ST LEAD\r\nPort of Sund reopens\r\nafter storm\r\nBy Ann Lee =\r\n\r\n"
        story = read(f"{self.HEAD}{above}   Sund (dpa) - The port is open.\r\n\x03162101 GMT May 24\r\n")
        assert (story.headline, story.byline) == ("Port of Sund reopens after storm", "Ann Lee")
        assert (story.ednote, story.signal) == ("REFILE 1ST LEAD", "update")

    @pytest.mark.parametrize("clock", ["162101 GMT May 24", "162101 may 24", "16-may-2024 21:01"])
    def test_the_time_may_have_a_zone_before_its_month(self, clock):
        story = read(f"{self.HEAD}Port reopens =\r\n\r\n   The port is open.\r\n\x03{clock}\r\n")
        assert story.versioncreated.isoformat() == "2024-05-16T21:01:00+00:00"
        assert story.uri == "urn:iptc7901:eca0003:2024-05-16"


class TestLists:
    def test_an_object_with_a_list_of_stories_is_split(self):
        value = b'{"total": 2, "item": [{"uri": "a", "headline": "A"}, {"uri": "b", "headline": "B"}]}'
        found = [bytes(each) for each in formats.format_named("ninjs").split(BytesIO(value), 1 << 20)]
        assert [formats.format_named("ninjs").identity(each) for each in found] == ["a", "b"]

    def test_a_story_with_items_of_its_own_is_one(self):
        value = b'{"uri": "a", "headline": "A", "items": [{"uri": "b"}]}'
        assert list(formats.format_named("ninjs").split(BytesIO(value), 1 << 20)) == [value]


def test_newsml_without_an_item_id_has_no_uri_that_others_share():
    item = (
        "<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>www.example.be</ProviderId>{}</NewsIdentifier>"
        "</Identification><NewsComponent {}><NewsLines><HeadLine>A</HeadLine></NewsLines></NewsComponent>"
        "</NewsItem></NewsML>"
    )
    identity = formats.format_named("newsml").identity
    public = "<PublicIdentifier>urn:newsml:www.example.be</PublicIdentifier>"
    assert identity(item.format(public, 'Duid="nc1"').encode()) is None
    assert identity(item.format("", 'Duid="20190603-153"').encode()) == "urn:newsml:www.example.be:20190603-153"


def test_a_mail_with_a_charset_that_does_not_exist_is_a_story():
    mail = "From: a@example.org\nMessage-ID: <1@example.org>\nSubject: =?uêf-8?q?Port?= reopens\n\nThe port is open.\n"
    assert read(mail, "email").body == "The port is open."
