"""Clean a story's text: remove what an agency's page leaves around it.

``clean`` splits the body into paragraphs, moves captions, credits, adverts and notices into ``removed``, and the
dateline and byline into their own fields, and desk instructions into ``ednote``.
"""

from pipeline.clean.boilerplate import remove_boilerplate
from pipeline.clean.byline import extract_byline
from pipeline.clean.dateline import complete_dateline, extract_dateline, remove_repeated
from pipeline.clean.desk_notes import clean_headline, extract_notes, signal_of_notes
from pipeline.clean.language import language_of, normalise_tag
from pipeline.clean.paragraphs import normalise_line, paragraphs_of, split_highlights
from pipeline.clean.signal import signal_of
from pipeline.story import Dateline, Removed, Story

__all__ = ["clean"]


def clean(story: Story) -> Story:
    """Return the story with a clean body. Cleaning it again changes nothing.

    What the source states (headline, byline, dateline, language) takes precedence over the text.
    """
    top = clean_headline(normalise_line(story.headline or ""))
    paragraphs, removed = remove_boilerplate(paragraphs_of(story.body), top.headline)
    paragraphs, notes, notepad = extract_notes(paragraphs)
    byline, dateline = story.byline or top.byline, story.dateline
    # Some agencies put points in a few words before the text itself.
    highlights, paragraphs = split_highlights(paragraphs)
    if byline is None:
        paragraphs, byline = extract_byline(paragraphs)
    if dateline is None:
        paragraphs, dateline = extract_dateline(paragraphs, story.versioncreated)
    else:
        dateline = dateline if dateline.place else complete_dateline(dateline, story.versioncreated)
        paragraphs, dateline = remove_repeated(paragraphs, dateline, story.versioncreated)
    body = "\n".join([*highlights, *paragraphs])
    notes = (*top.notes, *notes)
    return story.model_copy(
        update={
            "body": body,
            "removed": story.removed + removed + ((Removed(kind="notice", text=notepad),) if notepad else ()),
            "headline": top.headline,
            "byline": byline,
            "dateline": dateline,
            "located": _located(story.located, dateline),
            "signal": story.signal or signal_of(story.headline, story.slugline) or signal_of_notes(notes),
            "ednote": " ".join(filter(None, (story.ednote, *notes))) or None,
            "language": normalise_tag(story.language) or language_of(f"{top.headline or ''}\n{body}"),
        }
    )


def _located(stated: str | None, dateline: Dateline | None) -> str | None:
    """Return the place stated, else that of the dateline; a mere code of a country or region says less than either."""
    place = dateline.place if dateline else None
    is_code = bool(stated) and len(stated or "") <= 3 and (stated or "").isupper()
    return (place or stated) if is_code else (stated or place)
