"""Tell named speakers from unnamed sources: only names stand in lists of speakers, a source has a kind."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.documents.entity_forms import acting

_KINDS = {
    "official": "official officials spokesman spokeswoman spokesperson spokesmen spokespeople minister ministers"
    " ministry government governments authority authorities diplomat diplomats aide aides president premier envoy"
    " ambassador mayor governor senator lawmaker lawmakers embassy council committee commission department agency",
    "police": "police policeman policemen officer officers investigator investigators detective prosecutor prosecutors",
    "military": "army military navy soldier soldiers troops commander commanders general rebel rebels militant"
    " militants militia guerrillas",
    "document": "report reports statement statements document documents letter letters study studies survey poll paper"
    " papers newspaper newspapers daily magazine article law bill agreement communique resolution draft text website"
    " book declaration memo announcement release",
    "media": "media television tv radio channel broadcaster agencies press journalist journalists correspondent",
    "analyst": "analyst analysts economist economists expert experts trader traders dealer dealers broker brokers"
    " strategist researcher researchers scientist scientists professor observer observers",
    "witness": "witness witnesses resident residents villager villagers survivor survivors passenger passengers"
    " neighbour neighbor neighbours neighbors relative relatives local locals",
    "medic": "doctor doctors medic medics hospital surgeon surgeons nurse nurses",
    "lawyer": "lawyer lawyers attorney attorneys judge judges court",
    "source": "source sources insider insiders",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}


def listed_speaker(speaker: Mapping[str, Any], entities: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the name of a speaker for lists of all stories, or None if nobody is named.

    ``entities`` are the story's, by id. "Washington said" is the United States.
    """
    entity = entities.get(speaker.get("entity", ""))
    return acting(entity)[1] if entity else None


def unnamed_kind(text: str) -> str:
    """Return the kind of an unnamed source, from the last word of its mention that tells one: "police officials"."""
    before, _, _ = text.lower().partition(" of ")
    kinds = [_KIND_OF[word] for word in re.findall(r"\w+", before) if word in _KIND_OF]
    return "police" if "police" in kinds else kinds[-1] if kinds else "other"
