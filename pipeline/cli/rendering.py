"""Print stories, quotes and events for people on a terminal."""

import textwrap
from typing import Any

from rich.columns import Columns
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.cli.console import messages, output
from pipeline.documents.event import EVENT, NUMBERS, date_text, number_text
from pipeline.documents.kind import Document
from pipeline.documents.quote import QUOTE
from pipeline.documents.story import STORY
from pipeline.search.groups import also_text, difference_text, relation, withdrawal_text
from pipeline.search.query_body import MARKS
from pipeline.search.render import count_text
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import SearchResult
from pipeline.utterances.grouping import Utterance

_FRAGMENTS = 2
_LINES = 3
_QUOTES = 3
_STYLES = {"same": "", "removed": "red strike", "added": "green"}
_BARS = "▁▂▃▄▅▆▇█"


def show_results(result: SearchResult, query: SearchQuery) -> None:
    """Print the hits, and how many more there are."""
    for hit in result.hits:
        show_hit(hit, query)
    all_of_them = result.total if result.different is None else result.different
    first = f", {len(result.hits)} shown" if len(result.hits) < all_of_them else ""
    output.print(f"[dim]{count_text(result, query.kind)}{first}[/]")
    if result.partial:
        messages.print("[yellow]some shards of the index did not respond; there may be more results[/]")


def show_hit(hit: dict[str, Any], query: SearchQuery) -> None:
    """Print a story, a quote or an event, and an empty line."""
    {STORY: show_story, QUOTE: show_quote, EVENT: show_event}[query.kind](hit)
    output.print()


def show_facets(result: SearchResult) -> None:
    """Print the facets, side by side as wide as the terminal is, and the histogram."""
    tables = []
    for name, values in result.facets.items():
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
        table.add_column(name, max_width=28, overflow="ellipsis", no_wrap=True)
        table.add_column("", justify="right", style="dim")
        for each in values:
            table.add_row(escape(shown(each.value)), f"{each.count:,}")
        tables.append(table)
    if tables:
        output.print(Columns(tables, padding=(0, 3)))
    if result.histogram:
        bars = result.histogram.bars
        most = max(bar.count for bar in bars)
        line = "".join(_BARS[round((len(_BARS) - 1) * bar.count / most)] if bar.count else " " for bar in bars)
        output.print(f"[dim]{bars[0].start:%Y-%m-%d %H:%M}[/] [cyan]{line}[/] [dim]{bars[-1].end:%Y-%m-%d %H:%M}[/]")


def show_story(hit: dict[str, Any], *, quotes: bool = False) -> None:
    """Print headline, source, time, matches and names; with ``quotes``, the quotes too."""
    highlight = hit.get("highlight", {})
    title = highlight.get("headline", [headline_of(hit)])[0]
    output.print(_marked(title, "bold"))
    output.print(f"[dim]{escape(shown(_origin(hit)))}[/]")
    for line in (_life(hit), _place_in_group(hit), _also(hit)):
        if line:
            output.print(f"[dim]{escape(shown(line))}[/]")
    fragments = highlight.get("body") or [hit["body"]]
    for fragment in fragments[:_FRAGMENTS]:
        output.print(_marked(_shortened(fragment), ""), soft_wrap=False)
    for quote in hit["quotes"][:_QUOTES] if quotes else ():
        output.print(_said(quote["text"], quote))
    for label, names in (("people", hit.get("people")), ("places", hit.get("places"))):
        if names:
            output.print(f"[dim]{label}[/] [cyan]{escape(shown(', '.join(names[:8])))}[/]")


def show_quote(hit: dict[str, Any]) -> None:
    """Print what was said, by whom, and in which story."""
    said = hit.get("highlight", {}).get("text", [hit["text"]])
    output.print(_said(" … ".join(said), hit))
    output.print(_in_story(hit))


def show_event(hit: dict[str, Any]) -> None:
    """Print the line that tells an event, its type, whether, when and where, and in which story."""
    kind = " ".join(filter(None, (hit["type"], hit.get("mode"))))
    output.print(Text.assemble((shown(hit["clause"]), "bold"), f"  {kind}"))
    numbers = (number_text(name, hit[name]) for name in NUMBERS if name in hit)
    claim = f"according to {hit['claimed_by']}" if "claimed_by" in hit else None
    when = date_text(hit["date"]["value"], hit["date"]["stated"]) if "date" in hit else None
    sure = f"{hit['confidence']:.0%} sure" if "confidence" in hit else None
    about = (hit["status"], when, hit.get("place", {}).get("name"), claim, *numbers, sure)
    output.print(f"[cyan]{escape(shown(' · '.join(filter(None, about))))}[/]")
    output.print(_in_story(hit))


def show_utterance(found: Utterance) -> None:
    """Print what was said, by whom, and each wording with the stories that have it."""
    speaker = found.speaker or "unknown speaker"
    elsewhere = f", elsewhere {', '.join(found.others)}" if found.others else ""
    said = _marked(_shortened(found.longest), "italic")
    output.print(Text.assemble("“", said, "”", (f" — {shown(speaker)}{shown(elsewhere)}", "bold cyan")))
    for wording in found.wordings:
        if len(found.wordings) > 1:
            parts = [(shown(f"{text} "), _STYLES[kind]) for kind, text in wording.differences]
            output.print(Text.assemble("  ", *parts))
        for quote in wording.quotes:
            output.print(f"  {_in_story(quote.document)}")


def shown(text: str) -> str:
    """Return the text with control characters made visible; a terminal would obey them."""
    return "".join(c if c.isprintable() or c == "\n" else "·" for c in text)


def headline_of(story: dict[str, Any]) -> str:
    """Return the headline, or the beginning of a story without one."""
    headline = story.get("headline") or textwrap.shorten(story.get("body", ""), 90, placeholder=" …")
    return str(headline or story["uri"])


def _life(story: dict[str, Any]) -> str:
    """Return the story's signal, its number of versions, and who has withdrawn the same report."""
    versions = len(story.get("versions", ()))
    parts = (
        story.get("signal"),
        f"{versions} versions" if versions else None,
        withdrawal_text(story["withdrawn"]) if "withdrawn" in story else None,
    )
    return " · ".join(filter(None, parts))


def _place_in_group(story: dict[str, Any]) -> str:
    """Return what the story repeats, tells differently or updates, and what it says instead."""
    name, of = relation(story)
    differs = difference_text(story.get("differs", ()))
    return f"{name} of {of}{', ' if differs else ''}{differs}" if of else ""


def _also(story: dict[str, Any]) -> str:
    """Return who else tells it, and what those say who do not say the same."""
    others = story.get("also", ())
    if not others:
        return ""
    differing = (
        f"{other['source'] or other['uri']} {text}"
        for other in others
        if other["relation"] == "variant" and (text := difference_text(other.get("differs", ())))
    )
    return " · ".join((also_text(others), *differing))


def _origin(story: dict[str, Any]) -> str:
    when = str(story["versioncreated"])[:16].replace("T", " ")
    return " · ".join(part for part in (story["source"]["name"], when, story["uri"]) if part)


def _in_story(part: Document) -> str:
    story = part["story"]
    where = " · ".join(filter(None, (story.get("headline"), _origin(story))))
    return f"[dim]{escape(shown(where))}[/]"


def _shortened(text: str) -> str:
    return textwrap.shorten(text, _LINES * max(40, output.width - 2), placeholder=" …")


def _marked(text: str, style: str) -> Text:
    """Return the text with matches highlighted and control characters made visible."""
    found = Text(style=style)
    for number, part in enumerate(text.replace(MARKS[1], MARKS[0]).split(MARKS[0])):
        found.append(shown(part), "yellow bold" if number % 2 else "")
    return found


def _said(text: str, quote: dict[str, Any]) -> Text:
    speaker = quote["speaker"]["name"] if quote.get("speaker") else "unknown speaker"
    return Text.assemble("“", _marked(_shortened(text), "italic"), "”", (f" — {shown(speaker)}", "bold cyan"))
