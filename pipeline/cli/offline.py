"""``wire parse`` and ``wire annotate``: process items without any server."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Annotated

import typer
from rich.progress import track

from pipeline import feeds, formats, settings
from pipeline.annotations import Entity, LeastConfidence
from pipeline.clean import clean
from pipeline.cli.console import messages, print_error, print_json
from pipeline.cli.explanation import show_explanation
from pipeline.documents.event_ids import with_event_ids
from pipeline.errors import NoStory, PermanentError
from pipeline.feeds import ItemReader, Rejected
from pipeline.formats.provenance import explain
from pipeline.identity.registry import learn_from
from pipeline.search.times import parse_time
from pipeline.story import AnnotatedStory, RawStory, Story

FilesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FILE…", help="Files, folders, or - for standard input.")
]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="F", help=f"auto, or one of {', '.join(formats.known_formats())}.")
]
PublishedOption = Annotated[
    str | None,
    typer.Option(
        "--published", metavar="T", help="When the items were published, if they do not say.", show_default=False
    ),
]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="The provider of the items.", show_default=False)
]
CaptionsOption = Annotated[
    bool, typer.Option("--captions", help="Make stories of the captions of pictures, which are left out otherwise.")
]
_BATCH = 32


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(parse)
    app.command()(annotate)


def parse(
    files: FilesArgument = None,
    format: FormatOption = "auto",
    published: PublishedOption = None,
    source: SourceOption = None,
    captions: CaptionsOption = False,
    explained: Annotated[
        bool,
        typer.Option("--explain", help="Show where each field stands in the source, and what of it was not used."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --explain: one JSON object per line.")] = False,
) -> None:
    """Parse items and print the stories, one JSON object per line. Needs no server.

    [dim]wire parse seeds/  ·  cat story.json | wire parse -  ·  wire parse --explain story.xml[/]
    """
    reader = _Reader(files, format, published, source, captions)
    for item, story in reader.items():
        if explained:
            show_explanation(story, explain(item, story), as_json=as_json)
        else:
            print_json(story.model_dump_json())
    sys.exit(reader.refused > 0)


def annotate(
    files: FilesArgument = None,
    format: FormatOption = "auto",
    published: PublishedOption = None,
    source: SourceOption = None,
    captions: CaptionsOption = False,
    html: Annotated[
        bool, typer.Option("--html", help="Print an HTML page with coloured entities and quotes instead.")
    ] = False,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="X", help="Print quotes and events from this confidence on. Default: the settings."
        ),
    ] = None,
) -> None:
    """Print stories with their entities, quotes and events, one JSON object per line. Needs no server.

    What the stories teach about each other's names counts as in the indices, so that the first is printed once all
    are read.

    [dim]wire annotate seeds/upi-putin-xi.txt | jq .quotes[].speaker.name[/]
    [dim]wire annotate --html seeds/ > stories.html[/]
    [dim]wire annotate --min-confidence 0 seeds/upi-putin-xi.txt | jq .events[].clause[/]
    """
    # spaCy is slow to import, and no other command needs it.
    from pipeline.annotate import model  # noqa: PLC0415
    from pipeline.annotate.story_annotation import annotate_stories  # noqa: PLC0415
    from pipeline.web.annotated import page  # noqa: PLC0415

    reader = _Reader(files, format, published, source, captions)
    models = model.LanguageModels(reader.settings.spacy.model)
    unread = reader.stories()
    limits = reader.settings.annotate
    least = LeastConfidence(limits.quote_confidence, limits.event_confidence)
    if min_confidence is not None:
        least = LeastConfidence(min_confidence, min_confidence)
    batches = iter(lambda: list(islice(unread, _BATCH)), [])
    stories = _identified(
        story for batch in batches for story in annotate_stories(models, batch, limits.max_characters, least)
    )
    if html:
        sys.stdout.write(page(stories))
    else:
        for story in stories:
            print_json(story.model_dump_json())
    sys.exit(reader.refused > 0)


def _identified(stories: Iterable[AnnotatedStory]) -> Iterator[AnnotatedStory]:
    """Yield the stories with the identities that all of them teach, and the events that these tell apart.

    A file holds them meanwhile.
    """
    with TemporaryFile("w+", encoding="utf-8") as held:
        registry = learn_from(_held(stories, held))
        held.seek(0)
        for line in held:
            story = AnnotatedStory.model_validate_json(line)
            entities = tuple(map(registry.identify, story.entities))
            yield with_event_ids(story.model_copy(update={"entities": entities}))


def _held(stories: Iterable[AnnotatedStory], file: IO[str]) -> Iterator[Sequence[Entity]]:
    """Write the stories into the file, and yield the entities of each."""
    is_shown = messages.is_terminal
    for story in track(stories, "reading", total=None, console=messages, disable=not is_shown, transient=True):
        file.write(story.model_dump_json() + "\n")
        yield story.entities


class _Reader:
    """Read the stories in the named files, and count the rejected items."""

    def __init__(
        self, words: list[str] | None, format: str, published: str | None, source: str | None, captions: bool
    ) -> None:
        self.settings = settings.load()
        self.refused = 0
        self._skipped: Counter[str] = Counter()
        self._words = words or ["-"]
        self._intake = item_reader(self.settings.feed.max_item_bytes, format, published, source, captions)

    def stories(self) -> Iterator[Story]:
        return (story for _, story in self.items())

    def items(self) -> Iterator[tuple[RawStory, Story]]:
        for item in feeds.read(self._words, self._intake):
            if isinstance(item, Rejected):
                self._refuse(item.where, item.reason)
                continue
            try:
                yield item, clean(formats.parse(item))
            except NoStory as error:
                self._skipped[error.kind] += 1
            except PermanentError as error:
                self._refuse(item.uri, str(error))
        if self._skipped:
            kinds = ", ".join(f"{count} {kind}" for kind, count in self._skipped.most_common())
            messages.print(f"[dim]left out, since they are no stories: {kinds}[/]")

    def _refuse(self, where: str, reason: str) -> None:
        self.refused += 1
        print_error(f"{where}: {reason}")


def item_reader(
    limit: int, format: str, published: str | None, source: str | None, captions: bool = False
) -> ItemReader:
    """Return the reader that the options describe. Raises ConfigurationError."""
    if format != "auto":
        formats.format_named(format)
    when: datetime | None = parse_time(published) if published else None
    return ItemReader(limit=limit, format=format, source=source, published=when, captions=captions)
