"""Score the language pass on labelled stories, and show its worst errors.

python -m scoring                       the project's own stories, and ../shared/data where it is there
python -m scoring --only own --errors 5
python -m scoring --json | jq .own.quotes
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline import formats
from pipeline.annotate.model import LanguageModels
from pipeline.annotate.story_annotation import annotate_stories
from pipeline.clean import clean
from pipeline.settings import load
from pipeline.story import RawStory
from scoring import own, shared
from scoring.gold import Labels, found_in
from scoring.measure import Ratio, Score, worst

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Score all available data, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="where polnear and eww are")
    parser.add_argument("--only", choices=["own", "polnear", "eww"], help="score on these stories alone")
    parser.add_argument("--errors", type=int, default=20, metavar="N", help="how many of the worst errors to show")
    parser.add_argument("--json", action="store_true", help="print one object instead of tables")
    args = parser.parse_args()
    settings = load()
    models = LanguageModels(settings.spacy.model)
    out = Console(soft_wrap=True, highlight=False)
    scores = {}
    for name, labels in sources(args.data, args.only):
        scores[name] = scored(models, labels)
        if not args.json:
            show(out, name, scores[name], args.errors)
    if not scores:
        sys.exit(f"{args.data}: {args.only} is not there")
    if args.json:
        sys.stdout.write(json.dumps({name: as_json(score, args.errors) for name, score in scores.items()}) + "\n")


def sources(data: Path, only: str | None) -> Iterator[tuple[str, list[Labels]]]:
    """Return the available labelled stories by source."""
    if only in (None, "own"):
        yield "own", own.stories()
    if only in (None, "polnear") and (data / "polnear" / "dev").is_dir():
        yield "polnear", list(shared.quotes(data / "polnear" / "dev"))
    if only in (None, "eww") and (data / "eww" / "dev").is_dir():
        yield "eww", list(shared.names(data / "eww" / "dev"))


def scored(models: LanguageModels, stories: Iterable[Labels]) -> Score:
    """Return the score of the whole path from text to annotations."""
    score = Score()
    now = datetime.now(UTC)
    for labels in stories:
        raw = RawStory(uri=labels.name, value=labels.text.encode(), format="text", source="", receivedat=now)
        story = clean(formats.parse(raw)).model_copy(update={"language": "en"})
        score.add(labels, found_in(labels, next(annotate_stories(models, [story], sys.maxsize))))
    return score


def show(out: Console, source: str, score: Score, errors: int) -> None:
    """Return a score as text."""
    out.print(f"\n[bold]{source}[/bold]: {score.stories} stories")
    table = Table("", "precision", "recall", "F1", "labelled", box=None)
    for kind in ("names", *sorted(k for k in score.recall if k[0] == "n"), "quotes", *sorted(score.recall)[:0]):
        _row(table, score, kind)
    for kind in sorted(k for k in score.recall if k[0] == "q"):
        _row(table, score, kind)
    out.print(table)
    for kind, ratio in score.boundaries.items():
        out.print(f"boundaries of {kind} that are found: {_share(ratio)} exact")
    if score.mentioned:
        table = Table("speaker given by a", "right mention", "right person", box=None)
        for kind in ("name", "pronoun", "noun", "none"):
            resolved = _share(score.resolved[kind]) if score.resolved[kind].total else ""
            table.add_row(kind, _share(score.mentioned[kind]), resolved)
        out.print(table)
    if score.entities.total:
        out.print(f"entities in one piece, by their fullest name: {_share(score.entities)}")
        out.print(f"places found on the map: {_share(score.places)}")
    for error in worst(score.errors, errors):
        shown = re.sub(r"\[\[(.*)\]\]", r"[reverse]\1[/reverse]", escape(error.context).replace("\\[", "["))
        out.print(f"[dim]{escape(error.story)}[/dim] [bold]{escape(error.what)}[/bold] … {shown} …")


def _row(table: Table, score: Score, kind: str) -> None:
    precision, recall = (score.summed(ratios, kind) for ratios in (score.precision, score.recall))
    if recall.total:
        numbers = (precision.value, recall.value, score.f1(kind))
        table.add_row(kind, *(f"{number:.3f}" for number in numbers), str(recall.total))


def _share(ratio: Ratio) -> str:
    return f"{ratio.value:.3f} ({ratio.hits} of {ratio.total})" if ratio.total else ""


def as_json(score: Score, errors: int) -> dict[str, Any]:
    """Return a score as one object."""
    kinds = sorted({*score.recall, "names", "quotes"})
    result: dict[str, Any] = {"stories": score.stories}
    for kind in kinds:
        precision, recall = (score.summed(ratios, kind) for ratios in (score.precision, score.recall))
        if recall.total:
            numbers = {"precision": precision.value, "recall": recall.value, "f1": score.f1(kind)}
            result[kind] = {name: round(number, 4) for name, number in numbers.items()} | {"labelled": recall.total}
    shares = {"boundaries": score.boundaries, "speaker mention": score.mentioned, "speaker": score.resolved}
    for name, ratios in shares.items():
        result[name] = {kind: round(ratio.value, 4) for kind, ratio in ratios.items() if ratio.total}
    result["entities"], result["places"] = round(score.entities.value, 4), round(score.places.value, 4)
    result["errors"] = [error._asdict() for error in worst(score.errors, errors)]
    return result


if __name__ == "__main__":
    main()
