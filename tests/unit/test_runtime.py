"""The runtime of all stages: batches, outcomes, offsets in order, retries, dead letters."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import topics
from pipeline.envelope import Headers
from pipeline.errors import AlertFailed, ElasticsearchUnavailable, KafkaUnavailable, MalformedItem, TooLarge
from pipeline.topics import Limits
from pipeline.workers.contract import Done, Handler, Send
from pipeline.workers.runtime.batching import batches
from pipeline.workers.runtime.offsets import OffsetTracker
from pipeline.workers.runtime.processor import Processor
from pipeline.workers.stages import parse
from tests.simulation.calm import Calm, Given, GivenEvent, at
from tests.simulation.system import SimulatedParser


class TestOffsetTracker:
    @given(st.permutations(range(12)))
    def test_an_event_is_acknowledged_only_when_all_before_it_have_ended(self, order):
        tracker, events = OffsetTracker(), [GivenEvent(at(topics.RAW, n // 2, n % 2)) for n in range(12)]
        pending = tracker.enter(events)
        ended: set[int] = set()
        for n in order:
            tracker.end([pending[n]])
            ended.add(n)
            for m, event in enumerate(events):
                assert event.is_acknowledged == all(before in ended for before in range(m % 2, m + 1, 2))
        assert len(tracker) == 0


class TestBatches:
    def taken(self, envelopes, limits):
        async def take():
            return [
                [event.envelope.at.offset for event in batch] async for batch in batches([Given(envelopes)], limits)
            ]

        return Calm().run(take())

    def test_are_bounded_in_number(self):
        assert self.taken([at(topics.RAW, n) for n in range(5)], Limits(2, 1_000)) == [[0, 1], [2, 3], [4]]

    def test_are_bounded_in_bytes(self):
        envelopes = [at(topics.RAW, n, value=b"x" * 40) for n in range(4)]
        assert self.taken(envelopes, Limits(10, 60)) == [[0, 1], [2, 3]]

    def test_a_single_event_is_not_held_back(self):
        calm, limits = Calm(), Limits(100, 1_000, linger=0.01)

        async def stream():
            yield GivenEvent(at(topics.RAW, 7))
            await asyncio.sleep(60)

        async def take():
            batch = await anext(aiter(batches([stream()], limits)))
            return batch, calm.loop.time()

        (event,), moment = calm.run(take())
        assert (event.envelope.at.offset, moment) == (7, pytest.approx(0.01, abs=0.005))

    def test_the_first_stream_comes_first_and_no_batch_holds_events_of_two(self):
        first, second = ([at(topic, n) for n in range(2)] for topic in ("wire.urgent.raw", "wire.raw"))

        async def take():
            given = batches([Given(first), Given(second)], Limits(10, 1_000))
            return [{event.envelope.at.topic for event in batch} async for batch in given]

        assert Calm().run(take()) == [{"wire.urgent.raw"}, {"wire.raw"}]


class Stage:
    """A stage whose work the test provides, consuming ``wire.raw``."""

    def __init__(self, work, values, *, stage=topics.PARSE, **pairs: bytes) -> None:
        self.calm = Calm()
        self.envelopes = [self.calm.envelope(stage.reads, value, **pairs) for value in values]
        self.given = Given(self.envelopes)
        self.processor = Processor(stage, Handler(work), self.calm.broker, self.calm.metrics)

    def run(self):
        self.calm.run(self.processor.run(self.given))
        assert all(event.is_acknowledged for event in self.given.events)
        return self.calm


async def pass_on(batch):
    return [Send("urn:out", each.payload) for each in batch]


class TestUrgent:
    @staticmethod
    def order(stage):
        """Return the order in which a stage begins and ends its batches: an urgent event comes during the first."""
        calm, done = Calm(), []

        async def work(batch):
            name = batch[0].payload.decode()
            done.append(name)
            await asyncio.sleep(1)
            done.append(name + " ended")
            return [Done("indexed")]

        async def routine():
            for value in (b"1", b"2"):
                yield GivenEvent(calm.envelope(stage.reads, value))
                await asyncio.sleep(0.1)

        async def urgent():
            await asyncio.sleep(0.5)
            yield GivenEvent(calm.envelope(stage.inputs[0], b"urgent"))

        handler = Handler(work, limits=Limits(events=1))
        calm.run(Processor(stage, handler, calm.broker, calm.metrics).run(urgent(), routine()))
        return done

    def test_overtakes_what_waits(self):
        assert self.order(topics.PARSE)[:3] == ["1", "urgent", "1 ended"]

    def test_waits_for_the_current_batch_of_a_stage_with_state(self):
        assert self.order(topics.DESK)[:3] == ["1", "1 ended", "urgent"]

    @pytest.mark.parametrize(("urgent", "topic"), [(None, "wire.urgent.stories"), (False, "wire.stories")])
    def test_what_is_made_of_it_is_urgent_too_unless_the_stage_knows_better(self, urgent, topic):
        async def work(batch):
            return [Send("urn:out", each.payload, urgent=urgent) for each in batch]

        calm = Calm()
        given = Given([calm.envelope("wire.urgent.raw", b"1")])
        calm.run(Processor(topics.PARSE, Handler(work), calm.broker, calm.metrics).run(given))
        assert [sent.payload for sent in calm.held(topic)] == [b"1"]

    def test_its_dead_letter_is_none_of_a_routine_message_s(self):
        async def work(batch):
            raise ValueError("both are bad")

        calm = Calm()
        streams = [Given([calm.envelope(topic, b"1")]) for topic in topics.PARSE.inputs]
        calm.run(Processor(topics.PARSE, Handler(work), calm.broker, calm.metrics).run(*streams))
        assert {letter.key for letter in calm.held(topics.DEAD)} == {b"parse-0-0", b"parse-urgent-0-0"}


class TestOutcomes:
    def test_what_is_sent_has_the_headers_of_what_it_was_made_of_and_a_longer_trace(self):
        calm = Stage(pass_on, [b"1"], source=b"AFP", x_private=b"secret").run()
        (sent,) = calm.held(topics.STORIES)
        assert (sent.key, sent.payload, sent.headers.source) == (b"urn:out", b"1", "AFP")
        assert [str(stop.at) for stop in sent.headers.trace] == ["wire.raw/0/0"]
        assert "x-private" not in dict(sent.pairs)

    def test_one_may_go_to_several_topics_with_headers_of_their_own(self):
        async def work(batch):
            return [(Send("a", b"1"), Send("b", b"2", topics.ALERTS, Headers(uri="urn:x"))) for _ in batch]

        calm = Stage(work, [b""]).run()
        assert [sent.key for sent in calm.held(topics.STORIES)] == [b"a"]
        assert [sent.headers for sent in calm.held(topics.ALERTS)] == [Headers(uri="urn:x")]

    def test_what_is_sent_is_sent_though_something_beside_it_fails(self):
        async def work(batch):
            return [(Send("a", b"1"), AlertFailed("one alert"), Send("b", b"2")) for _ in batch]

        calm = Stage(work, [b""]).run()
        assert [sent.key for sent in calm.held(topics.STORIES)] == [b"a", b"b"]
        assert [letter["detail"] for letter in calm.dead_letters()] == [b"one alert"]

    def test_what_is_done_is_counted_by_its_first_word(self):
        async def work(batch):
            return [Done("indexed at last")] * len(batch)

        assert Stage(work, [b"1", b"2"]).run().metrics.outcomes == ["indexed", "indexed"]

    def test_a_server_that_is_away_is_waited_for_without_end(self):
        tries = []

        async def work(batch):
            tries.append(len(batch))
            if len(tries) < 50:
                raise ElasticsearchUnavailable("not yet")
            return await pass_on(batch)

        calm = Stage(work, [b"1"]).run()
        assert len(calm.held(topics.STORIES)) == 1
        assert not calm.dead_letters()

    def test_of_a_batch_that_fails_only_the_one_at_fault_is_a_dead_letter(self):
        async def work(batch):
            if any(each.payload == b"bad" for each in batch):
                raise ValueError("it is bad")
            return await pass_on(batch)

        calm = Stage(work, [b"1", b"2", b"bad", b"3", b"4"]).run()
        assert sorted(sent.payload for sent in calm.held(topics.STORIES)) == [b"1", b"2", b"3", b"4"]
        (letter,) = calm.held(topics.DEAD)
        assert (letter.payload, dict(letter.pairs)["error"]) == (b"bad", b"ValueError")

    def test_a_stage_that_forgets_an_outcome_loses_nothing(self):
        async def work(batch):
            return []

        assert len(Stage(work, [b"1", b"2"]).run().dead_letters()) == 2

    def test_hundreds_of_bad_items_in_a_row_are_dead_letters_and_stop_nothing(self):
        poison = [b'{"uri": "urn:poison:%d", "headline": "No body"}' % number for number in range(300)]
        good = b'{"uri": "urn:good", "headline": "The harbour", "body_text": "The harbour is open."}'
        calm = Stage(parse.Parsing(SimulatedParser()).work, [*poison, good], format=b"ninjs").run()
        assert sorted(letter.payload for letter in calm.held(topics.DEAD)) == sorted(poison)
        assert [sent.key for sent in calm.held(topics.STORIES)] == [b"urn:good"]

    @pytest.mark.parametrize("key", ["\ud800", "urn:out"])
    def test_what_cannot_be_sent_is_a_dead_letter(self, key):
        async def work(batch):
            return [Send(key, b"1", topic=None if key == "\ud800" else "no.such.topic") for _ in batch]

        assert len(Stage(work, [b"1"]).run().dead_letters()) == 1


class TestDeadLetters:
    @staticmethod
    async def refuse(batch):
        return [MalformedItem("no story in it")] * len(batch)

    def test_has_the_bytes_and_headers_as_they_came_and_the_reason(self):
        (letter,) = Stage(self.refuse, [b"\xff\x00"], source=b"AFP", x_private=b"\xff").run().held(topics.DEAD)
        headers = dict(letter.pairs)
        assert letter.payload == b"\xff\x00"
        assert (headers["source"], headers["x-private"]) == (b"AFP", b"\xff")
        assert (headers["stage"], headers["error"]) == (b"parse", b"MalformedItem")
        assert (headers["detail"], headers["replay-to"]) == (b"no story in it", b"wire.raw")

    def test_of_a_later_stage_has_the_bytes_that_came_in(self):
        calm = Calm()
        raw = calm.envelope(topics.RAW, b"as it came", source=b"AFP")
        later = calm.envelope(topics.STORIES, b"{}", headers=raw.onward())
        processor = Processor(topics.DESK, Handler(self.refuse), calm.broker, calm.metrics)
        calm.run(processor.run(Given([later])))
        (letter,) = calm.held(topics.DEAD)
        assert (letter.key, letter.payload) == (b"desk-0-0", b"as it came")
        assert dict(letter.pairs)["trace"].split(b"@")[0] == b"wire.raw/0/0"

    def test_where_the_topic_no_longer_holds_them_it_has_those_that_the_stage_was_given(self):
        trace = b"wire.raw/0/999@1715860800000"
        (letter,) = Stage(self.refuse, [b"{}"], stage=topics.DESK, trace=trace).run().held(topics.DEAD)
        assert (letter.payload, dict(letter.pairs)["replay-to"]) == (b"{}", b"wire.stories")

    @pytest.mark.parametrize(
        "headers",
        [
            {"trace": b"\xff"},
            {"trace": b"nonsense"},
            {"trace": b"wire.raw/0/-1@0"},
            {"trace": b"other/0/0@1"},
            {"received_at": b"\xff"},
            {"uri": b"\xff\xfe"},
            {"relates_to": b"\x00"},
            {"revision": "\u0663".encode()},
            {"source": b"x" * 1_000_000},
        ],
    )
    @pytest.mark.parametrize("stage", [topics.PARSE, topics.DESK, topics.ANNOTATE, topics.INDEX])
    def test_no_header_stops_a_stage(self, stage, headers):
        assert len(Stage(self.refuse, [b"1", b"2"], stage=stage, **headers).run().dead_letters()) == 2

    def test_what_is_slow_to_come_is_waited_for_and_not_taken_for_gone(self, monkeypatch):
        calm = Calm()
        raw = calm.envelope(topics.RAW, b"as it came")
        later = calm.envelope(topics.STORIES, b"{}", headers=raw.onward())
        fetch, tries = calm.broker.fetch, []

        async def slow(places):
            tries.append(places)
            if len(tries) < 3:
                raise KafkaUnavailable("it did not come")
            return await fetch(places)

        monkeypatch.setattr(calm.broker, "fetch", slow)
        calm.run(Processor(topics.DESK, Handler(self.refuse), calm.broker, calm.metrics).run(Given([later])))
        assert [letter.payload for letter in calm.held(topics.DEAD)] == [b"as it came"]

    def test_one_that_kafka_refuses_as_too_large_says_where_the_bytes_are(self, monkeypatch):
        stage = Stage(self.refuse, [b"x" * 100], uri=b"urn:large")
        send = stage.calm.broker.send

        async def strict(topic, key, value, headers=(), partition=None):
            if len(value) > 50:
                raise TooLarge("over the limit")
            return await send(topic, key, value, headers, partition)

        monkeypatch.setattr(stage.calm.broker, "send", strict)
        (letter,) = stage.run().held(topics.DEAD)
        headers = dict(letter.pairs)
        assert (letter.payload, headers["omitted"]) == (b"", b"100 bytes at wire.raw/0/0")
        assert (headers["uri"], headers["error"]) == (b"urn:large", b"MalformedItem")

    def test_a_reason_of_megabytes_is_cut(self):
        async def work(batch):
            return [MalformedItem("x" * 5_000_000)] * len(batch)

        (headers,) = Stage(work, [b"1"]).run().dead_letters()
        assert len(headers["detail"]) == 2_000


class TestTick:
    def test_what_goes_wrong_in_regular_work_is_tried_again_the_next_time(self):
        calls = []

        async def tick():
            calls.append(1)
            raise KafkaUnavailable("away") if len(calls) == 1 else ValueError("a bug")

        calm = Calm()
        processor = Processor(topics.DESK, Handler(pass_on, tick=tick, every=5), calm.broker, calm.metrics)
        calm.run(processor.tick())
        calm.run(processor.tick())
        assert len(calls) == 2


def test_several_batches_are_at_work_where_the_stage_says_so():
    at_work, most = [], []

    async def work(batch):
        at_work.append(1)
        most.append(len(at_work))
        await asyncio.sleep(1)
        at_work.pop()
        return await pass_on(batch)

    stage = Stage(work, [b"1"] * 6)
    handler = Handler(work, limits=Limits(events=1), at_once=3)
    stage.processor = Processor(replace(topics.PARSE), handler, stage.calm.broker, stage.calm.metrics)
    stage.run()
    assert max(most) == 3
