from datetime import UTC, datetime

from pipeline.formats import parse, sniff
from pipeline.story import RawStory


def test_headline_and_body_are_read():
    value = b"NEWSLINES\nPort closed\nThe port of Sund is closed."
    assert sniff(value).name == "newslines"
    item = RawStory("urn:a", value, "newslines", "Agency", datetime(2026, 11, 26, tzinfo=UTC))
    story = parse(item)
    assert (story.headline, story.body) == ("Port closed", "The port of Sund is closed.")
