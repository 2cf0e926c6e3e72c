"""What the language pass finds, against labels made by hand (``bench/labelled.jsonl``, on the seeds).

Prints how many of the quoted stretches are in a quote, how many of those have the right speaker,
how many of the people are found, and everything that is missing or wrong.

usage: python -m bench.score
"""

import json
from pathlib import Path

from rich.console import Console

from pipeline import feeds, formats
from pipeline.annotate import model
from pipeline.annotate.stories import annotated
from pipeline.clean import clean
from pipeline.feeds import Intake, Refusal
from pipeline.settings import load
from pipeline.story import AnnotatedStory

ROOT = Path(__file__).parent.parent
LABELS = ROOT / "bench" / "labelled.jsonl"


def read(path: Path, limit: int) -> AnnotatedStory:
    """The first story of a file, annotated by the model of the settings."""
    settings = load()
    item = next(feeds.read([str(path)], Intake(limit)))
    assert not isinstance(item, Refusal), item
    nlp = model.load(settings.spacy.model)
    return next(annotated(nlp, [clean(formats.parse(item))], settings.annotate.max_characters))


def main() -> None:
    """Score, and say what is wrong."""
    out = Console()
    quoted = found = right = people = named = 0
    for line in LABELS.read_text().splitlines():
        label = json.loads(line)
        story = read(ROOT / "seeds" / label["file"], 1 << 20)
        names = {entity.name for entity in story.entities if entity.type == "PERSON"}
        people += len(label["people"])
        named += len(names & set(label["people"]))
        for missing in sorted(set(label["people"]) - names):
            out.print(f"{label['file']}: person not found: {missing}")
        for text, speaker in label["quotes"]:
            at = story.body.index(text)
            quote = next((q for q in story.quotes if any(s.start <= at < s.end for s in q.quoted)), None)
            quoted += 1
            found += quote is not None
            told = quote.speaker.name if quote and quote.speaker else None
            right += quote is not None and told == speaker
            if quote is None or told != speaker:
                out.print(f"{label['file']}: “{text}”: {'no quote' if quote is None else told}, not {speaker}")
    out.print(f"quoted stretches in a quote {found / quoted:.2f} ({found} of {quoted})")
    out.print(f"of all, with the right speaker {right / quoted:.2f} ({right} of {quoted})")
    out.print(f"people found by their full name {named / people:.2f} ({named} of {people})")


if __name__ == "__main__":
    main()
