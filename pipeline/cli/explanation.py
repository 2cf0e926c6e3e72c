"""Print where in the source the fields of a story stand."""

import json
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from pipeline.cli.console import output, print_json
from pipeline.formats.provenance import Explanation
from pipeline.story import Story

_SHOWN = 60
_MOST_UNUSED = 40


def show_explanation(story: Story, found: Explanation, *, as_json: bool) -> None:
    """Print the places of each field, and the texts of the source that no field has."""
    if as_json:
        about = {"uri": story.uri, "fields": found.fields, "unused": [asdict(leaf) for leaf in found.unused]}
        print_json(json.dumps(about, ensure_ascii=False))
        return
    output.print(f"[bold]{escape(story.uri)}[/]")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("field", "value", "where it stands"):
        table.add_column(column, overflow="fold")
    stated = story.model_dump(mode="json")
    for field, places in found.fields.items():
        where = "\n".join(places) if places else "[dim]not in the source[/]"
        table.add_row(field, escape(_shortened(stated.get(field))), escape(where) if places else where)
    output.print(table)
    if found.unused:
        output.print("[dim]not used:[/]")
        for leaf in found.unused[:_MOST_UNUSED]:
            output.print(f"  [dim]{escape(leaf.path)}[/] {escape(_shortened(leaf.text))}", soft_wrap=True)
        if len(found.unused) > _MOST_UNUSED:
            output.print(f"  [dim]and {len(found.unused) - _MOST_UNUSED} more; --json lists all[/]")


def _shortened(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
