"""What surrounds the agents: the ledger, frames, batches, and the language pool with real processes."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import AnnotationFailed, ConfigurationError
from pipeline.settings import Annotate, Spacy
from pipeline.story import AnnotatedStory
from pipeline.workers import frames
from pipeline.workers.batches import Limits, batches
from pipeline.workers.figures import Figures
from pipeline.workers.language_pool import LanguagePool
from pipeline.workers.ledger import Ledger
from tests.conftest import make_story

FRAGILE = [sys.executable, str(Path(__file__).parent / "fragile_process.py")]


class Event:
    """An event of Faust's, as far as it matters here."""

    def __init__(self, offset: int, partition: int = 0, value: bytes = b"") -> None:
        self.message = SimpleNamespace(tp=TP("t", partition), offset=offset, value=value)
        self.acked = False

    def ack(self) -> None:
        self.acked = True


class TestLedger:
    @given(st.permutations(range(12)))
    def test_an_event_is_acknowledged_only_when_all_before_it_are_settled(self, order):
        ledger, events = Ledger(), [Event(n // 2, n % 2) for n in range(12)]
        entries = [ledger.enter(event) for event in events]
        settled: set[int] = set()
        for n in order:
            ledger.settle([entries[n]])
            settled.add(n)
            for m, event in enumerate(events):
                assert event.acked == all(before in settled for before in range(m % 2, m + 1, 2))
        assert len(ledger) == 0


class TestFrames:
    @given(st.lists(st.binary()))
    def test_what_is_packed_is_read(self, parts):
        assert frames.read(io.BytesIO(frames.packed(parts))) == parts

    def test_the_end_of_the_stream_is_none(self):
        assert frames.read(io.BytesIO(b"")) is None


class Stream:
    """A stream of Faust's: an endless one that gives what is put in."""

    def __init__(self, events) -> None:
        self._events = list(events)

    def noack(self):
        return self

    async def events(self):
        for event in self._events:
            yield event
        await asyncio.Event().wait()


class TestBatches:
    def taken(self, events, limits, count):
        async def take():
            found = []
            async for batch in batches(Stream(events), limits):
                found.append([event.message.offset for event in batch])
                if len(found) == count:
                    break
            return found

        return asyncio.run(asyncio.wait_for(take(), 5))

    def test_are_bounded_in_number(self):
        assert self.taken(map(Event, range(5)), Limits(2, 1_000), 3) == [[0, 1], [2, 3], [4]]

    def test_are_bounded_in_bytes(self):
        events = [Event(n, value=b"x" * 40) for n in range(4)]
        assert self.taken(events, Limits(10, 60), 2) == [[0, 1], [2, 3]]

    def test_a_lone_event_does_not_wait_for_company(self):
        assert self.taken([Event(7)], Limits(100, 1_000, linger=0.01), 1) == [[7]]


def pooled(work, **settings):
    """The result of ``work`` with a pool of fragile processes."""

    async def run():
        pool = LanguagePool(FRAGILE, Annotate(**settings), Figures("annotate"))
        await pool.start()
        try:
            return await work(pool), pool.restarts
        finally:
            await pool.stop()

    return asyncio.run(run())


def value(body: str) -> bytes:
    return make_story(body=body).model_dump_json().encode()


class TestLanguagePool:
    def test_stories_come_back_annotated_in_their_order(self):
        results, restarts = pooled(lambda pool: pool.annotate([value("One."), value("Two.")]))
        assert [AnnotatedStory.model_validate_json(r).body for r in results] == ["One.", "Two."]
        assert restarts == 0

    @pytest.mark.parametrize("fault", ["die", "exit"])
    def test_a_story_that_kills_its_process_is_the_only_one_that_fails(self, fault):
        results, _ = pooled(lambda pool: pool.annotate([value("One."), value(fault), value("Two.")]))
        assert [type(r) for r in results] == [bytes, AnnotationFailed, bytes]
        assert "died" in str(results[1])

    def test_a_story_that_stalls_is_ended_at_its_deadline(self):
        results, _ = pooled(lambda pool: pool.annotate([value("stall"), value("One.")]), deadline=0.5)
        assert [type(r) for r in results] == [AnnotationFailed, bytes]
        assert "0.5 s" in str(results[0])

    def test_the_others_go_on_meanwhile(self):
        async def work(pool):
            slow = asyncio.create_task(pool.annotate([value("stall")]))
            quick = await asyncio.wait_for(pool.annotate([value("One.")]), 20)
            assert not slow.done()
            await slow
            return quick

        (result,), _ = pooled(work, processes=2, deadline=2)
        assert isinstance(result, bytes)

    def test_a_process_that_has_grown_too_large_is_replaced(self):
        async def work(pool):
            for _ in range(3):
                await pool.annotate([value("grow")])

        _, restarts = pooled(work, max_resident=1 << 28)
        assert restarts == 3

    def test_what_a_stop_cuts_off_is_no_story_s_failure_and_starts_no_process_anew(self):
        async def work(pool):
            cut_off = asyncio.create_task(pool.annotate([value("stall"), value("One.")]))
            await asyncio.sleep(0.1)
            await pool.stop()
            await asyncio.wait([cut_off])
            return cut_off.cancelled()

        assert pooled(work) == (True, 0)

    def test_a_process_that_cannot_start_is_told(self):
        async def run():
            await LanguagePool([sys.executable, "-c", "raise SystemExit(1)"], Annotate(), Figures("annotate")).start()

        with pytest.raises(ConfigurationError, match="did not start"):
            asyncio.run(run())

    @pytest.mark.parametrize("batch", [[], [make_story(body="The port is closed. " * 400) for _ in range(64)]])
    def test_a_process_ends_with_its_worker_whatever_it_is_at(self, batch):
        """While it loads its model, and in the middle of a batch, which it does not finish."""
        command = [sys.executable, "-m", "pipeline.workers.language_process", Spacy().model, "wire", "1000000"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if batch:
            assert frames.read(process.stdout) == [b"ready"]
            process.stdin.write(frames.packed([story.model_dump_json().encode() for story in batch]))
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0
