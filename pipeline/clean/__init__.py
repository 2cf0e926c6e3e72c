"""Clean a story's text: remove what an agency's page leaves around it.

``clean`` splits the body into paragraphs, moves captions, credits, adverts and notices into ``removed``, and the
dateline and byline into their own fields, and desk instructions into ``ednote``. Orders in words set ``embargoed``,
``pubstatus`` and ``order``.
"""

import re
from datetime import timedelta, timezone, tzinfo
from typing import Any

from pipeline.agencies import agency_named
from pipeline.clean.boilerplate import remove_boilerplate
from pipeline.clean.byline import extract_byline
from pipeline.clean.dateline import complete_dateline, extract_dateline, remove_repeated
from pipeline.clean.desk_notes import clean_headline, extract_notes, signal_of_notes
from pipeline.clean.language import language_of, normalise_tag
from pipeline.clean.paragraphs import normalise_line, paragraphs_of, split_highlights
from pipeline.clean.signal import Signal, is_test, signal_of
from pipeline.clean.worded_orders import Embargo, kill_in, release_time, take_embargoes
from pipeline.designation import designations_of
from pipeline.story import Dateline, Order, Removed, Story

__all__ = ["clean"]


def clean(story: Story) -> Story:
    """Return the story with a clean body. Cleaning it again changes nothing.

    What the source states (headline, byline, dateline, language) takes precedence over the text.
    """
    headline, paragraphs, embargoes = take_embargoes(
        normalise_line(story.headline or ""),
        paragraphs_of(story.body),
        story.ednote,
        story.versioncreated,
        _home(story),
    )
    top = clean_headline(headline)
    paragraphs, removed = remove_boilerplate(paragraphs, top.headline)
    paragraphs, notes, notepad = extract_notes(paragraphs)
    entire = paragraphs
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
    kill = next(filter(None, (_kill(story, headline, [*notes, *each]) for each in (entire, paragraphs))), None)
    notes = (*(each.note for each in embargoes if each.note not in (story.ednote or "")), *top.notes, *notes)
    return story.model_copy(
        update={
            **_ordered(story, embargoes, kill),
            "body": body,
            "removed": story.removed + removed + ((Removed(kind="notice", text=notepad),) if notepad else ()),
            "headline": top.headline,
            "byline": byline,
            "dateline": dateline,
            "located": _located(story.located, dateline),
            "signal": story.signal or _signal(story, body, notes),
            "ednote": " ".join(filter(None, (story.ednote, *notes))) or None,
            "language": normalise_tag(story.language) or language_of(f"{top.headline or ''}\n{body}"),
        }
    )


def _kill(story: Story, headline: str | None, paragraphs: list[str]) -> Order | None:
    return kill_in(headline, story.slugline, story.ednote, paragraphs, designations_of(story))


def _signal(story: Story, body: str, notes: tuple[str, ...]) -> Signal | None:
    return signal_of(story.headline, story.slugline) or ("test" if is_test(body) else None) or signal_of_notes(notes)


def _ordered(story: Story, embargoes: list[Embargo], kill: Order | None) -> dict[str, Any]:
    """Return the fields that orders in words set; what the source states takes precedence.

    A hold whose end cannot be read withholds the story until a later version or a person releases it.
    """
    if story.pubstatus != "usable":
        return {}
    if kill:
        return {"pubstatus": "canceled", "order": kill}
    until = story.embargoed or release_time(embargoes)
    if embargoes and until is None:
        return {"pubstatus": "withheld", "order": Order(kind="hold", text=embargoes[0].note[:500])}
    return {"embargoed": until}


def _home(story: Story) -> tzinfo | None:
    """Return the zone in whose time the sender writes: that of the agency, or of the clock on the message."""
    named = re.findall(r"\(([\w /-]{2,30})\)", f"{story.dateline.text if story.dateline else ''} {story.body[:200]}")
    if agency := agency_named(story.source.name, *named):
        return agency.zone
    offset = story.extra.get("utcoffset")
    return timezone(timedelta(minutes=offset)) if isinstance(offset, int) else None


def _located(stated: str | None, dateline: Dateline | None) -> str | None:
    """Return the place stated, else that of the dateline; a mere code of a country or region says less than either."""
    place = dateline.place if dateline else None
    is_code = bool(stated) and len(stated or "") <= 3 and (stated or "").isupper()
    return (place or stated) if is_code else (stated or place)
