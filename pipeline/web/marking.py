"""Text into safe markup: what matched, and a story's quotes and names where they stand."""

from typing import Any

from markupsafe import Markup, escape

from pipeline.search.stories import MARKS


def escape_marked(text: str) -> Markup:
    """The text escaped, what matched in ``<mark>``."""
    safe = str(escape(text))
    return Markup(safe.replace(MARKS[0], "<mark>").replace(MARKS[1], "</mark>"))  # noqa: S704 - escaped above


def told(story: dict[str, Any]) -> list[Markup]:
    """The body's paragraphs escaped, with its names and quoted stretches in elements of their own."""
    spans = sorted(
        [
            *(
                (q["start"], q["end"], "q", f"{q['speaker']['name']}" if q["speaker"] else "")
                for s in story["quotes"]
                for q in [{**p, "speaker": s["speaker"]} for p in s["quoted"]]
            ),
            *((m["start"], m["end"], "b", e["type"]) for e in story["entities"] for m in e["mentions"]),
        ]
    )
    return [Markup(line) for line in _rendered(story["body"], spans).split("\n")]  # noqa: S704 - escaped below


def _rendered(body: str, spans: list[tuple[int, int, str, str]]) -> str:
    """The body escaped, a tag at each edge; a span that crosses another's edge is left out."""
    edges: list[tuple[int, int, str]] = []
    open_until: list[int] = []
    for start, end, tag, title in spans:
        open_until = [until for until in open_until if until > start]
        if "\n" in body[start:end] or any(end > until for until in open_until):
            continue
        open_until.append(end)
        edges.append((start, 1, f'<{tag} title="{escape(title)}">'))
        edges.append((end, 0, f"</{tag}>"))
    parts, position = [], 0
    for at, _, markup in sorted(edges, key=lambda edge: edge[:2]):
        parts += [str(escape(body[position:at])), markup]
        position = at
    return "".join([*parts, str(escape(body[position:]))])
