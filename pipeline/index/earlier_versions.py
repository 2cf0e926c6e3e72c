"""Bring documents that an earlier version wrote into the form of this one."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.documents.quote import QUOTE, once
from pipeline.documents.story import STORY

_ALIAS = re.compile(r"wire-(\w+)-")
_FORMER = frozenset(("alsoin", "duplicateof", "replaces", "replacedby"))
"""Fields of stories that the strict mapping of this version rejects."""


def completed(index: str, id: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document of an index with the fields by which lists are collapsed, and without those that are gone.

    A list shows all documents without such a field as a single hit. A story that names no group is alone in its own.
    """
    alias = _ALIAS.search(index)
    if alias and alias[1] == STORY.alias:
        kept = {name: value for name, value in document.items() if name not in _FORMER}
        return {"group": id, "storyline": id, **kept}
    if alias and alias[1] == QUOTE.alias and "text" in document:
        return {"once": once(document), **document}
    return document
