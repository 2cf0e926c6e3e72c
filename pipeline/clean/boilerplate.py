"""Remove captions, credits, adverts and notices in or between the paragraphs of a story.

They are recognised by their shape, not by their author: a photo word with a name, a name with an agency after a
slash, the word for an advert after the end of a sentence. Removed texts are kept, with their kind, in the order of
the text.
"""

import re

from pipeline.story import Removed

_END = r"(?:^|(?<=[.!?…\"”’'»)\]])\s+)"
_NAMES = (
    r"(?:[Tt]he\s)?[A-ZÀ-Þ][\w.'’&-]*(?:,?\s(?:of|for|via|the|and|by|from|de|van|von|bin|al|[A-ZÀ-Þ][\w.'’&-]*)){0,8}"
)
_SLASHED = rf"{_NAMES}(?:\s?/\s?{_NAMES}){{1,3}}"
_AGENCY = r"(?:\b[A-Z]{2,}|\b(?:Getty|Images|Photos?|Press|News|Agency|Reuters|Handout|Pool)\b)"
_PICTURE = r"(?:photo(?:graph)?s?|pictures?|images?|pics?|video|illustration|graphic|foto)"
_MEDIUM = rf"(?:(?:[A-Z][\w.-]*\s){{0,2}}(?i:(?:file|handout|pool|screen)\s?)?(?i:{_PICTURE}))"

_CREDITS = tuple(
    re.compile(_END + pattern + r"[.\s]*$")
    for pattern in (
        # Photo by Jane Doe/EPA-EFE · UPI File Photo by … · Photo credit: … · | Photo: AFP · Photo courtesy of …
        rf"(?P<credit>[|(\[]?\s?{_MEDIUM}(?:\s(?i:credits?|courtesy))?\s?"
        rf"(?:\s(?i:by|of|courtesy of|via|from)\s|[:/|©—–-]\s?)(?:{_SLASHED}|{_NAMES})[)\]]?(?:\s[|]\s\S.{{2,30}})?)",
        # (AP Photo/John Roe) · [Photo/Xinhua] · (Photo: Handout)
        rf"(?P<credit>[(\[](?=[^()\[\]]*(?i:file {_PICTURE}"
        rf"|\b{_PICTURE}\s?(?:[:/|]|(?:credit|by|courtesy|from|via)\b)))[^()\[\]]{{3,90}}[)\]])",
        # REUTERS/Jane Doe · (Xinhua/Li Wei) · Jane Doe/Getty Images
        rf"(?P<credit>[(\[|]\s?{_SLASHED}[)\]]?|(?=.{{0,120}}{_AGENCY}){_SLASHED})",
        # Credit: … · Courtesy of … · Handout via Reuters · Jane Doe via Getty Images
        rf"(?P<credit>[|(]?\s?(?:(?i:credits?|courtesy|handout)(?:\s?:|\s(?i:of|via|by))\s?{_NAMES}"
        rf"|{_NAMES}\svia\s{_NAMES})\)?)",
    )
)
_ADVERT = re.compile(
    _END + r"(?P<advert>(?:(?i:story|article)\s(?i:continues)\s(?i:below)(?:\s(?i:this))?\s)?"
    r"(?:Advertisements?|ADVERTISEMENTS?|(?<=[Bb]elow )advertisement)"
    r"|(?:Story|Article) continues below|Scroll to continue(?: with content)?|Continue reading(?: below)?)"
    r"[.:\s]*$"
)
_ENTIRE = (
    (
        "advertisement",
        re.compile(r"(?:advertise?ments?|advert|sponsored(?: content)?|- ?advertisement ?-)[.:]?$", re.I),
    ),
    (
        "promotion",
        re.compile(
            r"(?:(?:read|see|watch|listen|also read|related)(?: (?:more|also|next|now|here|stories|coverage"
            r"|articles?|reading|news))?\s?[:|»>–—]\s?\S.{0,160}"
            r"|(?:sign up|subscribe|follow us|follow \S+ on|download (?:the|our)|join our|click here|get the latest)\b"
            r"[^“\"]{0,160}(?:newsletter|app|updates|alerts?|whatsapp|telegram|twitter|facebook|instagram|\bx\b|here|channel|inbox)\W*)$",
            re.I,
        ),
    ),
    (
        "notice",
        re.compile(
            r"(?:(?:©|\(c\)\s|copyright\b\W*(?:©|\(c\)|\d{4}|by\b)).{0,200}|.{0,120}\ball rights reserved\b.{0,200}"
            r"|this material may not be published.{0,120}|\W*(?:ends?|-?30-?|###)\W*|[\W_]{3,}"
            r"|[(\[]?[a-z]{2,5}(?:\\?/[a-z]{1,4}){1,4}[)\]]?)$",
            re.I,
        ),
    ),
    (
        "credit",
        re.compile(
            r"[(\[]?\s?(?:additional |with )?(?:reporting|writing|editing|compiled) by [A-ZÀ-Þ][^“”\"]{2,240}$", re.I
        ),
    ),
    (
        "caption",
        re.compile(r"(?:FILE(?: PHOTO)?\s?[-–—:]|(?:File photo|PHOTO|Photo|Caption|Pictured?)\s?:)\s?\S.{0,500}$"),
    ),
)
_PLACING = re.compile(
    r"\((?:[LRC]|left|right|cent(?:er|re)|[Ff]ront|[Bb]ack)\)|\bfile photo\b|\bpictured\b|\bis seen\b|\bposes?\b"
)
_SENTENCE = re.compile(r"[.!?][\"”’)]*\s+(?=[A-ZÀ-Þ“\"])")
_MOST = 100
"""The most pieces of boilerplate in one paragraph; a paragraph with more is no news."""
_CAPTION_WORDS = 60
_CAPTION_CHARACTERS = 2_000
_TAIL = 300
"""How many characters at the end of a paragraph may be boilerplate; keeps the search linear."""


def remove_boilerplate(paragraphs: list[str], headline: str | None) -> tuple[list[str], tuple[Removed, ...]]:
    """Return the paragraphs of the story, and what was removed."""
    kept: list[str] = []
    removed: list[Removed] = []
    for paragraph in paragraphs:
        text, boilerplate = _strip(paragraph)
        removed += boilerplate
        if not kept and text and headline and text.casefold() == headline.strip().casefold():
            removed.append(Removed(kind="headline", text=text))
        elif text:
            kept.append(text)
    # For a picture item, the caption is the whole text.
    return (kept, tuple(removed)) if kept else (paragraphs, ())


def _strip(paragraph: str) -> tuple[str, list[Removed]]:
    """Return what is left of a paragraph and its boilerplate; repeats until nothing more is found."""
    end = len(paragraph)
    found: list[Removed] = []
    while end and len(found) < _MOST and (last := _entire(paragraph, end) or _last(paragraph, end)):
        end, removed = last
        found.append(removed)
        while end and paragraph[end - 1].isspace():
            end -= 1
    text = paragraph[:end]
    found.reverse()
    if text and any(removed.kind == "credit" for removed in found) and _is_caption(text):
        return "", [Removed(kind="caption", text=text), *found]
    return text, found


def _entire(paragraph: str, end: int) -> tuple[int, Removed] | None:
    """Return the paragraph up to ``end`` if all of it is boilerplate."""
    for kind, pattern in _ENTIRE:
        if pattern.match(paragraph, 0, end):
            return 0, Removed(kind=kind, text=paragraph[:end])  # type: ignore[arg-type]
    return None


def _last(paragraph: str, end: int) -> tuple[int, Removed] | None:
    """Return the boilerplate that ends there, and where it starts."""
    tail = max(0, end - _TAIL)
    if advert := _ADVERT.search(paragraph, tail, end):
        return advert.start(), Removed(kind="advertisement", text=advert["advert"])
    for pattern in _CREDITS:
        if credit := pattern.search(paragraph, tail, end):
            return credit.start(), Removed(kind="credit", text=credit["credit"].strip())
    return None


def _is_caption(text: str) -> bool:
    """Return whether the text before a credit describes a picture rather than tells the story."""
    if len(text) > _CAPTION_CHARACTERS:
        return False
    if _PLACING.search(text):
        return True
    brief = len(text.split()) <= _CAPTION_WORDS and len(_SENTENCE.findall(text)) < 2
    return brief and not re.search(r"[“”\"]", text)
