"""Pushed items: compressed bodies, and concurrent pushes with the same key."""

import asyncio
import gzip
import threading
import zlib
from types import SimpleNamespace

import pytest
from fastapi import HTTPException
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops import tokens
from pipeline.settings import Push
from pipeline.web.body import read
from pipeline.web.ingest import IngestService, _once

LIMIT = 100_000


def body(packed: bytes, encoding: str = "gzip", chunk: int = 1_000, limit: int = LIMIT) -> bytes:
    """Return the body read from these chunks."""

    async def stream():
        for start in range(0, len(packed), chunk):
            yield packed[start : start + chunk]

    return asyncio.run(read(stream(), encoding, limit))


class TestABody:
    @given(st.lists(st.binary(max_size=500), min_size=1, max_size=5), st.integers(1, 300))
    def test_all_members_of_a_gzip_body_are_read(self, parts, chunk):
        assert body(b"".join(map(gzip.compress, parts)), chunk=chunk) == b"".join(parts)

    def test_zeros_after_the_last_member_are_padding(self):
        assert body(gzip.compress(b"story") + b"\0" * 100) == b"story"

    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    def test_what_follows_the_end_is_an_error(self, encoding):
        packed = gzip.compress(b"story") if encoding == "gzip" else zlib.compress(b"story")
        with pytest.raises(HTTPException, match="400"):
            body(packed + b"and more", encoding)

    def test_one_that_ends_too_early_is_an_error(self):
        with pytest.raises(HTTPException, match="ends too early"):
            body(gzip.compress(b"one") + gzip.compress(b"two")[:-4])

    def test_members_together_are_bounded(self):
        member = gzip.compress(b"x" * (LIMIT // 2))
        assert len(body(member * 2)) == LIMIT
        with pytest.raises(HTTPException, match="413"):
            body(member * 3)

    def test_members_of_nothing_are_bounded_in_number(self):
        with pytest.raises(HTTPException, match="10,000 members"):
            body(gzip.compress(b"") * 10_001, chunk=65_536)


def test_of_two_pushes_with_one_key_at_once_one_is_taken():
    second_came, taken = threading.Event(), []

    class FeedState:
        asked = 0

        def pushed(self, key):
            self.asked += 1
            if self.asked == 2:
                # It finds nothing, and is told so once the first one is done.
                second_came.set()
                done.wait(10)

        def record_answer(self, *_):
            pass

    ingest_service = SimpleNamespace(feed_state=FeedState(), keys=set(), push=Push())

    done = threading.Event()

    def take():
        taken.append(1)
        second_came.wait(10)
        return {}, 202

    async def once():
        try:
            return (await _once(ingest_service, "key", "digest", take)).status_code
        except HTTPException as error:
            second_came.set()
            return error.status_code
        finally:
            done.set()

    async def both():
        first = asyncio.create_task(once())
        await asyncio.sleep(0.1)
        return await asyncio.gather(first, once())

    assert asyncio.run(both()) == [202, 409]
    assert taken == [1]


class TestTokens:
    """Whom a token speaks for: its name, the source of its items, and who answers for them."""

    @staticmethod
    def answers(folder, sources=(), source=None):
        token = tokens.add(folder, "desk", sources)
        ingest_service = IngestService(Push(), LIMIT, folder, delivery=None, feed_state=None)
        return ingest_service.sender_and_source(f"Bearer {token}", source)

    def test_one_that_is_not_bound_answers_for_itself_whatever_source_it_names(self, tmp_path):
        assert self.answers(tmp_path, source="AP") == ("desk", "AP", "desk")

    def test_one_that_is_bound_to_a_source_speaks_for_it(self, tmp_path):
        assert self.answers(tmp_path, ("AP",)) == ("desk", "AP", "AP")

    def test_and_for_no_other(self, tmp_path):
        with pytest.raises(HTTPException, match="403: this token speaks for AP, not for 'Reuters'"):
            self.answers(tmp_path, ("AP",), "Reuters")

    def test_one_of_several_sources_says_which(self, tmp_path):
        with pytest.raises(HTTPException, match="400: say with"):
            self.answers(tmp_path, ("AP", "Reuters"))

    def test_tokens_of_an_earlier_version_are_read(self, tmp_path):
        (tmp_path / tokens.FILE).write_text(f'{{"desk": "{tokens.digest("secret")}"}}')
        assert tokens.owner("secret", tokens.load(tmp_path)) == "desk"
        tokens.add(tmp_path, "ap", ("AP",))
        assert tokens.load(tmp_path)["ap"].sources == ("AP",)
