"""Annotate the stories that the model can read."""

from collections.abc import Iterator, Sequence

from pipeline.annotate.filing import day_written, month_first
from pipeline.annotate.model import AnnotationInput, LanguageModel, annotate
from pipeline.annotations import Annotations
from pipeline.story import AnnotatedStory, Story


def annotate_stories(model: LanguageModel, stories: Sequence[Story], longest: int) -> Iterator[AnnotatedStory]:
    """Yield the stories in order, each with its annotations.

    A story in another language, one whose body has more than ``longest`` characters, and one that is withheld or
    canceled gets none.
    """
    readable = [is_readable(model, story, longest) for story in stories]
    texts = [
        AnnotationInput(story.body, location_text(story), day_written(story), month_first(story))
        for story, yes in zip(stories, readable, strict=True)
        if yes
    ]
    found = annotate(model, texts)
    for story, yes in zip(stories, readable, strict=True):
        yield story.annotated(next(found) if yes else Annotations())


def is_readable(model: LanguageModel, story: Story, longest: int) -> bool:
    """Return whether the model reads this story; a story of unknown language is tried."""
    language = (story.language or model.nlp.lang or "").split("-")[0].lower()
    return language == model.nlp.lang and len(story.body) <= longest and story.pubstatus == "usable"


def location_text(story: Story) -> str:
    """Return where the story says it was written, its parts separated by commas."""
    said = (story.located, story.dateline.text if story.dateline else None)
    return ", ".join(filter(None, said))
