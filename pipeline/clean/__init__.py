"""Clean a story's text: remove what an agency's page leaves around it.

``clean`` splits the body into paragraphs, moves captions, credits, adverts and notices into ``removed``, and the
dateline and byline into their own fields.
"""

from pipeline.clean.boilerplate import remove_boilerplate
from pipeline.clean.byline import extract_byline
from pipeline.clean.dateline import extract_dateline
from pipeline.clean.language import language_of
from pipeline.clean.paragraphs import normalise_line, paragraphs_of
from pipeline.clean.signal import signal_of
from pipeline.story import Story

__all__ = ["clean"]


def clean(story: Story) -> Story:
    """Return the story with a clean body. Cleaning it again changes nothing.

    What the source states (headline, byline, dateline, language) takes precedence over the text.
    """
    paragraphs, removed = remove_boilerplate(paragraphs_of(story.body), story.headline)
    byline, dateline = story.byline, story.dateline
    if byline is None:
        paragraphs, byline = extract_byline(paragraphs)
    if dateline is None:
        paragraphs, dateline = extract_dateline(paragraphs, story.versioncreated)
    body = "\n".join(paragraphs)
    return story.model_copy(
        update={
            "body": body,
            "removed": story.removed + removed,
            "headline": normalise_line(story.headline or "") or None,
            "byline": byline,
            "dateline": dateline,
            "located": story.located or (dateline and dateline.place),
            "signal": story.signal or signal_of(story.headline, story.slugline),
            "language": story.language or language_of(f"{story.headline or ''}\n{body}"),
        }
    )
