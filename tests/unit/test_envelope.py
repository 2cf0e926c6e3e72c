"""Reading a message's headers, whoever wrote them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline import topics
from pipeline.envelope import Coordinate, Envelope, Headers, Stop, times

NAMES = [
    "uri", "source", "feed", "format", "content-type", "content-encoding", "received-at", "published", "trace",
    "revision", "replay-of", "x-other",
]  # fmt: skip
places = st.builds(Coordinate, st.sampled_from(topics.TOPICS), st.integers(0, 999_999_999), st.integers(0, 10**18 - 1))
moments = st.datetimes(timezones=st.just(UTC))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


def envelope(*pairs: tuple[str, bytes], topic: str = topics.STORIES) -> Envelope:
    return Envelope(Coordinate(topic, 3, 120), b"urn:a", b"", pairs, 1_715_860_800_000)


class TestHeaders:
    @given(st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=200))))
    def test_no_bytes_make_reading_fail(self, pairs):
        read = envelope(*pairs)
        assert Headers.parse(read.headers.pairs()) == read.headers
        assert times(read.trace)
        read.onward().pairs()

    @given(
        st.builds(
            Headers,
            uri=texts,
            source=texts,
            format=texts,
            received_at=st.none() | moments,
            published=st.none() | moments,
            trace=st.lists(st.builds(Stop, places, st.integers(0, 2**40)), max_size=8).map(tuple),
            revision=st.none() | st.integers(0, 10**18 - 1),
            replay_of=st.none() | places,
        )
    )
    def test_what_is_written_is_read(self, headers):
        assert Headers.parse(headers.pairs()) == headers

    def test_what_is_malformed_counts_as_absent(self):
        read = envelope(("trace", b"\xff"), ("received-at", b"yesterday"), ("revision", b"-1"), ("replay-of", b"a/b/c"))
        assert read.headers == Headers()

    def test_a_time_at_the_end_of_all_times_is_malformed(self):
        assert envelope(("received-at", b"0001-01-01T00:00:00+23:59")).headers.received_at is None

    def test_a_place_on_somebody_else_s_topic_is_no_stop(self):
        trace = b"other.topic/0/1@5 wire.raw/1/7@1715860800000 wire.raw/1/7@99999999999999999"
        assert [str(stop) for stop in envelope(("trace", trace)).headers.trace] == ["wire.raw/1/7@1715860800000"]

    def test_a_header_of_megabytes_is_read_in_part(self):
        assert len(envelope(("source", b"x" * (10 << 20))).headers.source) == 2_048


class TestTrace:
    def test_ends_with_the_message_itself(self):
        read = envelope(("trace", b"wire.raw/1/7@1715860700000"))
        assert (read.origin, read.trace[-1].at) == (Coordinate(topics.RAW, 1, 7), read.at)
        assert times(read.trace)["stories"] == datetime(2024, 5, 16, 12, tzinfo=UTC)

    def test_of_too_many_stops_the_first_and_the_last_are_kept(self):
        trace = " ".join(f"wire.raw/0/{number}@5" for number in range(40)).encode()
        read = envelope(("trace", trace))
        assert len(read.trace) == 16
        assert (read.origin.offset, read.trace[-2].at.offset) == (0, 39)

    def test_begins_where_items_come_in_whatever_their_headers_say(self):
        forged = (("trace", b"wire.raw/0/1@5"), ("revision", b"99"))
        read = envelope(*forged, topic=topics.RAW)
        assert read.origin == read.at
        assert read.headers.revision is None


def test_what_concerns_one_message_does_not_travel_on():
    read = envelope(("replay-of", b"wire.stories/0/1"), ("source", b"AFP"), ("x-mine", b"1"))
    onward = read.onward()
    assert (onward.replay_of, onward.source) == (None, "AFP")
    assert onward.trace[-1].at == read.at
