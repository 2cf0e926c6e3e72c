"""Corrupt samples of every format at random, and check that each becomes stories or rejections in bounded time.

python -m tests.bending --count 100000     the long form: make fuzz-formats
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from io import BufferedReader, BytesIO
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pipeline import formats
from pipeline.clean import clean
from pipeline.errors import NoStory, PermanentError
from pipeline.feeds import ItemReader
from pipeline.story import RawStory
from tests.soon import TooSlow, soon

SAMPLES = Path(__file__).parent / "samples"
LIMIT = 1 << 20
SLOW = 5.0
"""Seconds that no input may take."""
NASTY = (
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"&nbsp;", b"&#0;", b"&#xD800;", b"]]>", b"<![CDATA[", b"<!--",
    b"<?xml?>", b"\x00", b"\x01", b"\x02", b"\x03", b"\x1f", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"\xc3", b"\x85", b"\r", b'{"', b"[[[[", b"\\ud800", b"1e999", b"-1", b"99999999999999999999", b"null", b"NaN",
    b"\n\n", b"From x\n", b"Content-Type: multipart/mixed; boundary=\r\n", b"; charset=rot13",
    b"Content-Transfer-Encoding: base64\r\n", b"=?utf-8?q?=", b"<p>", b"</p>", b"<script>", b"<item>", b"<newsItem>",
    b"<NewsItem>", b"ZCZC", b"NNNN", b"^", b"<", b"``", b"_", b"=", b"0000-00-00T99:99:99Z",
    b"9999-12-31T23:59:59+99:99", b"urn:", b"https://[", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80",
)  # fmt: skip
AROUND = ((b"<a>", b"</a>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<div>", b""), (b"(", b")"), (b"> ", b""))


def flipped(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Replace some bytes with random ones."""
    bent = bytearray(value)
    for _n in range(chance.randint(1, 8)):
        if bent:
            bent[chance.randrange(len(bent))] = chance.randrange(256)
    return bytes(bent)


def cut(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Cut off the beginning or the end."""
    place = chance.randint(0, len(value))
    return value[:place] if chance.random() < 0.7 else value[place:]


def holed(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Remove a stretch."""
    first, last = sorted(chance.choices(range(len(value) + 1), k=2))
    return value[:first] + value[last:]


def stuttered(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Repeat a stretch many times."""
    first, last = sorted(chance.choices(range(len(value) + 1), k=2))
    piece = value[first : min(last, first + 400)]
    times = min(chance.choice((2, 10, 100, 1_000)), 100_000 // (len(piece) or 1) + 1)
    return value[:first] + piece * times + value[first:]


def spiked(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Insert bytes that parsers stumble over."""
    for _n in range(chance.randint(1, 5)):
        place = chance.randint(0, len(value))
        value = value[:place] + chance.choice(NASTY) * chance.choice((1, 1, 1, 300)) + value[place:]
    return value


def spliced(value: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Continue with another sample, possibly of another format."""
    other = chance.choice(others)
    return value[: chance.randint(0, len(value))] + other[chance.randint(0, len(other)) :]


def recoded(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Re-encode the text without changing the encoding it declares."""
    text = value.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-be", "utf-32", "cp1252", "cp500", "utf-7", "big5")), "replace")


def wrapped(value: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    """Wrap the sample in very many tags, lists or quotes."""
    around = chance.choice(AROUND)
    times = chance.choice((3, 300, 30_000))
    return around[0] * times + value + around[1] * times


WAYS: tuple[Callable[[bytes, random.Random, list[bytes]], bytes], ...] = (
    flipped, cut, holed, stuttered, spiked, spliced, recoded, wrapped,
)  # fmt: skip


def samples() -> list[bytes]:
    paths = (path for path in sorted(SAMPLES.glob("*/*")) if not path.name.endswith(".stories.jsonl"))
    return [path.read_bytes() for path in paths if not path.name.startswith("LICENSE")]


def inputs(count: int, seed: int) -> Iterator[tuple[bytes, str]]:
    """Yield corrupted samples, each with the format to read it as."""
    chance = random.Random(seed)
    known = samples()
    names = ["auto", "auto", "auto", *formats.FORMATS]
    for _ in range(count):
        value = chance.choice(known)
        for way in chance.choices(WAYS, k=chance.choice((1, 1, 2, 3))):
            value = way(value, chance, known)
        yield value, chance.choice(names)


def outcome(value: bytes, name: str) -> Counter[str]:
    """Return the stories and rejection reasons of an input's items. Any other exception is raised."""
    found: Counter[str] = Counter()
    stream = BufferedReader(BytesIO(value), formats.SNIFFED_BYTES)
    for item in ItemReader(limit=LIMIT, format=name).items(stream, "bent", "bent", "bent"):
        if not isinstance(item, RawStory):
            assert item.reason
            found["refused"] += 1
            continue
        item.headers.pairs()
        try:
            story = clean(formats.parse(item))
        except (PermanentError, NoStory) as error:
            assert str(error)
            found["dead letter"] += 1
        else:
            assert story.uri
            story.model_dump_json()
            found["story"] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3_000, metavar="N", help="how many inputs")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other inputs")
    args = parser.parse_args()
    out = Console(stderr=True)
    found: Counter[str] = Counter()
    slowest = 0.0
    bent = inputs(args.count, args.seed)
    for number, (value, name) in enumerate(
        track(bent, "bending", args.count, console=out, disable=not out.is_terminal)
    ):
        begun = time.perf_counter()
        try:
            with soon(SLOW):
                found += outcome(value, name) or Counter({"nothing in it": 1})
        except (Exception, TooSlow) as error:  # noqa: BLE001 - any of them is what is looked for
            place = Path(f"bent-{args.seed}-{number}")
            place.write_bytes(value)
            sys.exit(f"input {number} (--format {name}, kept in {place}): {type(error).__name__}: {error}")
        slowest = max(slowest, time.perf_counter() - begun)
    summary = ", ".join(f"{times:,} × {what}" for what, times in found.most_common())
    sys.stdout.write(
        f"{args.count:,} inputs (seed {args.seed}): {summary}; slowest {slowest:.2f} s; no crash, no hang\n"
    )


if __name__ == "__main__":
    main()
