"""Annotate the stories that a language's folder can read."""

from collections.abc import Iterator, Sequence

from pipeline.annotate.filing import country, day_written
from pipeline.annotate.model import ENGLISH, LanguageModels
from pipeline.annotations import Annotations, LeastConfidence
from pipeline.languages import CODES
from pipeline.languages.contract import AnnotationInput
from pipeline.story import AnnotatedStory, Story

EVERYTHING = LeastConfidence()


def annotate_stories(
    models: LanguageModels, stories: Sequence[Story], longest: int, least: LeastConfidence = EVERYTHING
) -> Iterator[AnnotatedStory]:
    """Yield the stories in order, each with its annotations, but for those that are less sure than ``least``.

    A story in a language that no folder reads, one whose body has more than ``longest`` characters, and one that is
    withheld or canceled gets none.
    """
    unread = [_unread(story, longest) for story in stories]
    texts: dict[str, list[AnnotationInput]] = {}
    for story, nothing in zip(stories, unread, strict=True):
        if nothing is None:
            texts.setdefault(_code(story), []).append(annotation_input(story))
    found = {code: models.of(code).annotate(each) for code, each in texts.items()}
    for story, nothing in zip(stories, unread, strict=True):
        yield story.annotated(next(found[_code(story)]).surer(least) if nothing is None else nothing)


def _unread(story: Story, longest: int) -> Annotations | None:
    """Return the annotations of a story that is not read, None for one that is."""
    if story.pubstatus != "usable":
        return Annotations()
    if _code(story) not in CODES:
        return Annotations(unread="language")
    return Annotations(unread="length") if len(story.body) > longest else None


def _code(story: Story) -> str:
    """Return the code of the story's language; one of unknown language is taken for English."""
    return (story.language or ENGLISH).split("-")[0].lower()


def annotation_input(story: Story) -> AnnotationInput:
    """Return what the functions of a language need of a story."""
    return AnnotationInput(story.body, location_text(story), day_written(story), country(story), story.headline or "")


def location_text(story: Story) -> str:
    """Return where the story says it was written, its parts separated by commas."""
    said = (story.located, story.dateline.text if story.dateline else None)
    return ", ".join(filter(None, said))
