"""The pool with real processes, and its protocol."""

import asyncio
import io
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import topics
from pipeline.envelope import Coordinate, Envelope, Headers
from pipeline.errors import AnnotationFailed, ConfigurationError, MalformedItem, ParseFailed
from pipeline.settings import Settings, Spacy
from pipeline.story import AnnotatedStory, Story
from pipeline.workers.contract import Context
from pipeline.workers.processes import frames, parse_process
from pipeline.workers.processes.pool import Limits, ProcessPool
from pipeline.workers.processes.priority_pool import PriorityPool
from pipeline.workers.runtime.metrics import WorkerMetrics
from pipeline.workers.stages import parse
from tests.conftest import NOON, make_story

FRAGILE = [sys.executable, str(Path(__file__).parent / "fragile_process.py")]

LIMITS = Limits(processes=1, deadline=60, max_resident=1 << 30, failure=AnnotationFailed)

STALLING = """
import time
from pipeline import formats
from pipeline.workers.processes import parse_process, serving
parse = formats.parse
def stalls(raw):
    time.sleep(60 * (raw.value == b"stall"))
    return parse(raw)
formats.parse = stalls
serving.serve(parse_process.prepare)
"""


def item(value: bytes, format: str = "text") -> Envelope:
    headers = Headers(uri="urn:x", format=format, received_at=NOON)
    return Envelope(Coordinate("wire.raw", 0, 1), b"urn:x", value, headers.pairs())


class TestFrames:
    @given(st.lists(st.binary()))
    def test_what_is_packed_is_read(self, parts):
        assert frames.read(io.BytesIO(frames.encode(parts))) == parts

    def test_the_end_of_the_stream_is_none(self):
        assert frames.read(io.BytesIO(b"")) is None


def pooled(work, **settings):
    """Return the result of ``work`` with a pool of fragile processes."""

    async def run():
        pool = ProcessPool(FRAGILE, replace(LIMITS, **settings), WorkerMetrics("annotate"))
        await pool.start()
        try:
            return await work(pool), pool.restarts
        finally:
            await pool.stop()

    return asyncio.run(run())


def value(body: str) -> bytes:
    return make_story(body=body).model_dump_json().encode()


class TestAPool:
    def test_stories_come_back_annotated_in_their_order(self):
        results, restarts = pooled(lambda pool: pool.run([value("One."), value("Two.")]))
        assert [AnnotatedStory.model_validate_json(r).body for r in results] == ["One.", "Two."]
        assert restarts == 0

    @pytest.mark.parametrize("fault", ["die", "exit"])
    def test_a_story_that_kills_its_process_is_the_only_one_that_fails(self, fault):
        results, _ = pooled(lambda pool: pool.run([value("One."), value(fault), value("Two.")]))
        assert [type(r) for r in results] == [bytes, AnnotationFailed, bytes]
        assert "died" in str(results[1])

    def test_a_story_that_stalls_is_ended_at_its_deadline(self):
        results, _ = pooled(lambda pool: pool.run([value("stall"), value("One.")]), deadline=3)
        assert [type(r) for r in results] == [AnnotationFailed, bytes]
        assert "3 s" in str(results[0])

    def test_the_others_go_on_meanwhile(self):
        async def work(pool):
            slow = asyncio.create_task(pool.run([value("stall")]))
            quick = await pool.run([value("One.")])
            assert not slow.done()
            slow.cancel()
            await asyncio.wait([slow])
            return quick

        (result,), _ = pooled(work, processes=2)
        assert isinstance(result, bytes)

    def test_urgent_stories_get_the_next_process_that_is_free(self):
        async def work(pool):
            order = []

            async def annotate(name, **options):
                await pool.run([value(name)], **options)
                order.append(name)

            waiting = [asyncio.create_task(annotate(name)) for name in ("One.", "Two.")]
            await asyncio.sleep(0)
            await asyncio.gather(*waiting, annotate("Flash.", urgent=True))
            return order

        assert pooled(work)[0] == ["One.", "Flash.", "Two."]

    def test_a_process_that_comes_together_with_a_cancellation_goes_to_the_next(self):
        async def take():
            pool = PriorityPool()
            first, second = (asyncio.create_task(pool.take()) for _ in range(2))
            await asyncio.sleep(0)
            pool.put("process")
            first.cancel()
            return await second

        assert asyncio.run(take()) == "process"

    def test_a_process_that_has_grown_too_large_is_replaced(self):
        async def work(pool):
            for _ in range(3):
                await pool.run([value("grow")])

        _, restarts = pooled(work, max_resident=1 << 28)
        assert restarts == 3

    def test_what_a_stop_cuts_off_is_no_story_s_failure_and_starts_no_process_anew(self):
        async def work(pool):
            cut_off = asyncio.create_task(pool.run([value("stall"), value("One.")]))
            await asyncio.sleep(0.1)
            await pool.stop()
            await asyncio.wait([cut_off])
            return cut_off.cancelled()

        assert pooled(work) == (True, 0)

    def test_a_process_that_cannot_start_is_an_error(self):
        async def run():
            await ProcessPool([sys.executable, "-c", "raise SystemExit(1)"], LIMITS, WorkerMetrics("annotate")).start()

        with pytest.raises(ConfigurationError, match="did not start"):
            asyncio.run(run())

    @pytest.mark.parametrize("batch", [[], [make_story(body="The port is closed. " * 400) for _ in range(64)]])
    def test_a_process_ends_with_its_worker_whatever_it_is_at(self, batch):
        """While it loads its model, and in the middle of a batch, which it does not finish."""
        command = [
            sys.executable,
            "-m",
            "pipeline.workers.processes.language_process",
            Spacy().model,
            "1000000",
        ]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if batch:
            assert frames.read(process.stdout) == [b"ready"]
            process.stdin.write(frames.encode([story.model_dump_json().encode() for story in batch]))
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0


class TestAnswers:
    """An answer belongs to the batch that was sent, even if that batch was cancelled."""

    def test_a_batch_that_is_cut_off_in_the_middle_leaves_its_answer_to_nobody(self):
        async def work(pool):
            cut_off = asyncio.create_task(pool.run([value("wait"), value("Mine.")]))
            await asyncio.sleep(0.2)
            cut_off.cancel()
            await asyncio.wait([cut_off])
            return await pool.run([value("Yours.")])

        results, restarts = pooled(work)
        assert [AnnotatedStory.model_validate_json(result).body for result in results] == ["Yours."]
        assert restarts == 1

    def test_a_process_that_could_not_be_replaced_is_tried_again_with_the_next_batch(self, tmp_path):
        broken = tmp_path / "broken"
        command = ["sh", "-c", f"test -e {broken} && exit 1; exec {' '.join(FRAGILE)}"]

        async def run():
            pool = ProcessPool(command, LIMITS, WorkerMetrics("annotate"))
            await pool.start()
            try:
                broken.touch()
                for _ in range(3):
                    with pytest.raises(ConfigurationError):
                        await pool.run([value("die")])
                broken.unlink()
                return await pool.run([value("One.")])
            finally:
                await pool.stop()

        (result,) = asyncio.run(run())
        assert isinstance(result, bytes)


class TestParsing:
    def test_an_item_that_stalls_is_a_dead_letter_and_its_neighbours_are_parsed(self):
        command = [sys.executable, "-c", STALLING]

        async def run():
            pool = ProcessPool(command, Limits(1, 3.0, 1 << 30, ParseFailed), WorkerMetrics("parse"))
            await pool.start()
            try:
                return await parse.Parsing(pool).work([item(b"One."), item(b"stall"), item(b"Two.")])
            finally:
                await pool.stop()

        first, stalled, last = asyncio.run(run())
        assert [Story.model_validate_json(each.value).body for each in (first, last)] == ["One.", "Two."]
        assert isinstance(stalled, ParseFailed)

    def test_outcomes_come_back_as_they_are(self):
        async def run():
            context = Context(topics.PARSE, Settings(), None, WorkerMetrics("parse"))
            handler = parse.handler(context)
            await handler.start()
            try:
                return await handler.work([item(b"One."), item(b""), item(b"{", format="ninjs")])
            finally:
                await handler.stop()

        story, empty, malformed = asyncio.run(run())
        assert Story.model_validate_json(story.value).body == "One."
        assert (type(empty), type(malformed)) == (MalformedItem, MalformedItem)

    def test_an_error_that_cannot_be_sent_is_sent_as_its_words(self):
        class Local(Exception):
            pass

        assert "Local('why')" in str(pickle.loads(parse_process._pickled(Local("why"))))
