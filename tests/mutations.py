"""Corrupt stories at random, and check that the offsets of all annotations still match the text.

python -m tests.mutations --count 10000     the long form: make fuzz
"""

import argparse
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from rich.console import Console
from rich.progress import track

from pipeline.annotate.model import LanguageModels
from pipeline.annotations import Annotations
from pipeline.languages.contract import AnnotationInput
from pipeline.settings import load
from scoring.own import FOLDER, read

ODD = (
    "\x00",
    "\x0b",
    "\u200f",
    "\u202e",
    "\ufeff",
    "😀",
    "👩‍👩‍👧",
    "\u0301",
    "’",
    "\xa0",
    "\u2028",
    "\r",
    "\t",
    "\ud7ff",
)
WRITTEN = date(2024, 5, 16)
CHUNK = 200
"""How many stories are annotated at a time."""
LONG_WORDS = 50_000


def unmarked(text: str, chance: random.Random) -> str:
    """Remove some or all quotation marks."""
    share = chance.choice((0.2, 0.5, 1.0))
    return re.sub(r"[“”\"‘’'`«»]", lambda mark: "" if chance.random() < share else mark[0], text)


def shuffled(text: str, chance: random.Random) -> str:
    """Shuffle the paragraphs."""
    lines = text.split("\n")
    chance.shuffle(lines)
    return "\n".join(lines)


def shouted(text: str, chance: random.Random) -> str:
    """Convert the text to capitals, or to lower case."""
    return text.upper() if chance.random() < 0.5 else text.lower()


def littered(text: str, chance: random.Random) -> str:
    """Insert control and other rare characters."""
    for _ in range(chance.randint(1, 12)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(ODD) + text[at:]
    return text


def unpunctuated(text: str, chance: random.Random) -> str:
    """Remove all punctuation, and possibly the line ends."""
    text = re.sub(r"[^\w\s]", "", text)
    return text.replace("\n", " ") if chance.random() < 0.5 else text


def torn(text: str, chance: random.Random) -> str:
    """Cut off one end."""
    first, last = sorted(chance.randint(0, len(text)) for _ in range(2))
    return text[first:last]


def remarked(text: str, chance: random.Random) -> str:
    """Insert quotation marks at random."""
    words = text.split(" ")
    for _ in range(chance.randint(1, 10)):
        at = chance.randrange(len(words))
        words[at] = chance.choice("“”\"'‘’«»") + words[at] + chance.choice(("", "”", '"', "''"))
    return " ".join(words)


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    unmarked, shuffled, shouted, littered, unpunctuated, torn, remarked,
)  # fmt: skip


def mutants(count: int, seed: int) -> Iterator[str]:
    """Yield that many corrupted stories, each the result of one to three mutations."""
    chance = random.Random(seed)
    originals = [read(path)[0] for path in sorted(FOLDER.glob("*.txt"))]
    for _ in range(count):
        text = chance.choice(originals)
        for mutate in chance.sample(MUTATIONS, chance.randint(1, 3)):
            text = mutate(text, chance)
        yield text


def endless(words: int) -> str:
    """Return one sentence of that many words, with quotes, names and cues."""
    turn = "Ann Lee said “we go on” and Bob Ray of Acme Corp told Lima that he warned her of it and "
    return " ".join((turn * (words // len(turn.split()) + 1)).split()[:words])


def check(body: str, found: Annotations) -> None:
    """Check that every offset lies within the body and matches its text. Raises AssertionError."""
    entities = {entity.id for entity in found.entities}
    spans = [mention for entity in found.entities for mention in entity.mentions]
    spans += [span for quote in found.quotes for span in (quote.cue, quote.speaker) if span is not None]
    for event in found.events:
        spans += [*event.actors, *event.recipients]
        assert all(each.entity is None or each.entity in entities for each in (*event.actors, *event.recipients)), event
        assert event.quote is None or event.quote in {quote.id for quote in found.quotes}, event
        for each in (event.date, event.place):
            assert each is None or not each.stated or body[each.start : each.end] == each.text, event
    for span in (*spans, *found.quotes, *found.dates, *found.events):
        assert 0 <= span.start < span.end <= len(body), span
        assert body[span.start : span.end] == span.text, span
    for quote in found.quotes:
        assert all(quote.start <= stretch.start < stretch.end <= quote.end for stretch in quote.quoted), quote
        assert quote.speaker is None or quote.speaker.entity is None or quote.speaker.entity in entities, quote
        assert (quote.kind == "indirect") == (not quote.quoted), quote


def main() -> None:
    """Annotate many corrupted stories and one endless sentence, check them, and print how long each took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    settings = load()
    english = LanguageModels(settings.spacy.model).of("en")
    waiting = list(mutants(args.count, args.seed))
    begin = time.perf_counter()
    progress = Console(stderr=True)
    for at in track(range(0, len(waiting), CHUNK), "mutants", console=progress, disable=not progress.is_terminal):
        bodies = waiting[at : at + CHUNK]
        for body, found in zip(
            bodies, english.annotate([AnnotationInput(body, "Lima", WRITTEN) for body in bodies]), strict=True
        ):
            check(body, found)
    sys.stdout.write(f"{args.count} mutants in {time.perf_counter() - begin:.0f} s: every offset gives its text\n")
    for words in (LONG_WORDS // 10, LONG_WORDS):
        body = endless(words)
        begin = time.perf_counter()
        (found,) = english.annotate([AnnotationInput(body, "Lima", WRITTEN)])
        check(body, found)
        spent = (time.perf_counter() - begin) / words * 1e6
        sys.stdout.write(f"one sentence of {words} words: {spent:.0f} µs a word, {len(found.quotes)} quotes\n")


if __name__ == "__main__":
    main()
