"""Show annotated stories on one self-contained page, without scripts or external links."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from pipeline.extractions import EXTRACTIONS
from pipeline.story import AnnotatedStory
from pipeline.web.templating import rendered


class Label(NamedTuple):
    """What a span of the body is: an entity's mention, a quote, its cue or speaker, an event's trigger or else."""

    role: str
    kind: str
    id: str
    title: str
    start: int


class Segment(NamedTuple):
    """A span of the body with the same labels throughout; ``beginning`` lists those that start with it."""

    text: str
    labels: tuple[Label, ...]
    beginning: tuple[Label, ...]

    @property
    def classes(self) -> str:
        """The CSS classes of the element."""
        return " ".join(dict.fromkeys(name for label in self.labels for name in (label.role, label.kind) if name))

    @property
    def title(self) -> str:
        """The tooltip, innermost label last."""
        return " · ".join(dict.fromkeys(label.title for label in self.labels))


def page(stories: Iterable[AnnotatedStory]) -> str:
    """Return HTML with coloured entities, quotes and events, each quote linked to its speaker's mention."""
    shown = [
        {"story": story, "paragraphs": paragraphs(story), "extracted": extracted(story), "number": number}
        for number, story in enumerate(stories, 1)
    ]
    return rendered("annotated.html", stories=shown)


def paragraphs(story: AnnotatedStory) -> list[list[Segment]]:
    """Return the body's paragraphs as pieces."""
    lines: list[list[Segment]] = [[]]
    for piece in segments(story.body, list(labels(story))):
        first, *more = piece.text.split("\n")
        lines[-1].append(piece._replace(text=first))
        lines += [[piece._replace(text=line, beginning=())] for line in more]
    return lines


def labels(story: AnnotatedStory) -> Iterator[tuple[int, int, Label]]:
    """Yield everything annotated in a story's body: start, end, label."""
    for entity in story.entities:
        for mention in entity.in_body:
            title = f"{entity.type} {entity.name}"
            yield mention.start, mention.end, Label("entity", entity.type, entity.id, title, mention.start)
    for quote in story.quotes:
        who = quote.speaker.name if quote.speaker else "unknown speaker"
        title = f"{quote.id} {quote.kind}: {who}"
        yield quote.start, quote.end, Label("quote", quote.kind, quote.id, title, quote.start)
        for stretch in quote.quoted:
            yield stretch.start, stretch.end, Label("quoted", "", quote.id, title, stretch.start)
        if quote.cue:
            yield quote.cue.start, quote.cue.end, Label("cue", "", quote.id, f"cue of {quote.id}", quote.cue.start)
        if quote.speaker:
            where = quote.speaker
            yield where.start, where.end, Label("speaker", "", quote.id, f"speaker of {quote.id}: {who}", where.start)
    for event in story.events:
        title = f"{event.id} {event.type or 'event'}, {event.status}"
        yield event.start, event.end, Label("event", event.status, event.id, title, event.start)
    for row in EXTRACTIONS:
        for number, each in enumerate(story.extracted(row.name), 1):
            label = Label("extraction", row.name, f"{row.name}-{number}", row.title(each), each.start)
            yield each.start, each.end, label


def extracted(story: AnnotatedStory) -> dict[str, list[tuple[str, str]]]:
    """Return what each extraction has found: its text and what it is, each once, by the extraction's name."""
    found = {row.name: [(each.text, row.title(each)) for each in story.extracted(row.name)] for row in EXTRACTIONS}
    return {name: list(dict.fromkeys(pairs)) for name, pairs in found.items() if pairs}


def segments(body: str, spans: list[tuple[int, int, Label]]) -> Iterator[Segment]:
    """Split the body at every edge of a label; labels may overlap."""
    opening: dict[int, list[Label]] = defaultdict(list)
    closing: dict[int, list[Label]] = defaultdict(list)
    for start, end, label in spans:
        opening[start].append(label)
        closing[end].append(label)
    open_: dict[Label, None] = {}
    for start, end in pairwise(sorted({0, len(body), *opening, *closing})):
        for label in closing[start]:
            open_.pop(label, None)
        open_ |= dict.fromkeys(opening[start])
        yield Segment(body[start:end], tuple(open_), tuple(opening[start]))
