"""Stories and quotes as people read them on a terminal."""

import textwrap
from typing import Any

from rich.markup import escape
from rich.text import Text

from pipeline.cli.console import output
from pipeline.search.stories import MARKS, Answer, Question

_FRAGMENTS = 2
_LINES = 3


def show_answer(answer: Answer, question: Question) -> None:
    """The hits, and how many more there are."""
    for hit in answer.hits:
        (show_quote if question.quotes else show_story)(hit)
        output.print()
    what = ("quote", "quotes") if question.quotes else ("story", "stories")
    shown = f", the first {len(answer.hits)} shown" if len(answer.hits) < answer.total else ""
    output.print(f"[dim]{answer.total:,} {what[answer.total != 1]}{shown}[/]")


def show_story(hit: dict[str, Any]) -> None:
    """Headline, where from and when, what matched, who is in it."""
    highlight = hit.get("highlight", {})
    title = highlight.get("headline", [headline_of(hit)])[0]
    output.print(_marked(title, "bold"))
    output.print(f"[dim]{escape(_origin(hit))}[/]")
    if life := _life(hit):
        output.print(f"[dim]{escape(life)}[/]")
    fragments = highlight.get("body") or [hit["body"]]
    for fragment in fragments[:_FRAGMENTS]:
        output.print(_marked(_shortened(fragment), ""), soft_wrap=False)
    for label, names in (("people", hit.get("people")), ("places", hit.get("places"))):
        if names:
            output.print(f"[dim]{label}[/] [cyan]{escape(', '.join(names[:8]))}[/]")


def show_quote(hit: dict[str, Any]) -> None:
    """What was said, by whom, in which story."""
    said = hit.get("highlight", {}).get("text", [hit["text"]])
    speaker = hit["speaker"]["name"] if hit.get("speaker") else "unknown"
    output.print(Text.assemble("“", _marked(_shortened(" … ".join(said)), ""), "”", (f" — {speaker}", "bold cyan")))
    story = hit["story"]
    where = " · ".join(filter(None, (story.get("headline"), _origin(story))))
    output.print(f"[dim]{escape(where)}[/]")


def headline_of(story: dict[str, Any]) -> str:
    """The headline, or the beginning of the story that has none."""
    headline = story.get("headline") or textwrap.shorten(story.get("body", ""), 90, placeholder=" …")
    return str(headline or story["uri"])


def _life(story: dict[str, Any]) -> str:
    """What became of the story so far: what it is marked as, its versions, where else it came from."""
    versions = len(story.get("versions", ()))
    sources = dict.fromkeys(copy["source"] for copy in story.get("alsoin", ()))
    parts = (
        story.get("signal"),
        f"{versions} versions" if versions else None,
        f"also in {', '.join(sources)}" if sources else None,
        f"a copy of {story['duplicateof']}" if "duplicateof" in story else None,
    )
    return " · ".join(filter(None, parts))


def _origin(story: dict[str, Any]) -> str:
    when = str(story["versioncreated"])[:16].replace("T", " ")
    return " · ".join(part for part in (story["source"]["name"], when, story["uri"]) if part)


def _shortened(text: str) -> str:
    return textwrap.shorten(text, _LINES * max(40, output.width - 2), placeholder=" …")


def _marked(text: str, style: str) -> Text:
    """The text with what matched made to stand out; control characters of a terminal are shown."""
    shown = Text(style=style)
    for number, part in enumerate(text.replace(MARKS[1], MARKS[0]).split(MARKS[0])):
        shown.append(
            "".join(c if c.isprintable() or c == "\n" else "·" for c in part), "yellow bold" if number % 2 else ""
        )
    return shown
