"""Mentions of one event share an id, whoever tells it and in whatever order."""

from datetime import date
from typing import Any

import pytest

from pipeline.documents.event_ids import event_id, with_event_ids
from pipeline.languages.contract import AnnotationInput
from tests.conftest import make_story

ENTITIES = {
    "e1": {"name": "Emmanuel Macron", "key": "emmanuel macron", "type": "PERSON"},
    "e2": {"name": "Olaf Scholz", "key": "olaf scholz", "type": "PERSON"},
    "e3": {"name": "Kabul", "key": "kabul, af", "type": "GPE", "place": {"country": "AF"}},
    "e4": {"name": "Afghanistan", "key": "afghanistan", "type": "GPE", "place": {"country": "AF"}},
    "e5": {"name": "Benedict XVI", "key": "benedict xvi", "type": "PERSON"},
}
SHORT = {**ENTITIES, "e1": {"name": "Macron", "key": "macron", "type": "PERSON"}}


def event(kind: str, day: str = "2024-05-15", *, predicate: str = "meet", **found: Any) -> dict[str, Any]:
    """Return an event of that type and day; actors and recipients are ids of entities."""
    sides = {
        side: [{"name": each, **({"entity": each} if each in ENTITIES else {})} for each in found.pop(side, ())]
        for side in ("actors", "recipients")
    }
    return {"id": "v1", "predicate": predicate, "date": {"value": day, "stated": True}, "type": kind, **sides, **found}


def place(entity: str | None, name: str = "", *, stated: bool = True) -> dict[str, Any]:
    return {"name": name, "stated": stated, **({"entity": entity} if entity else {})}


MEETING = event("CONSULT", actors=["e1"], recipients=["e2"])
BOMBING = event("ASSAULT", actors=["a bomber"], place=place("e3"))


class TestTheSameEvent:
    @pytest.mark.parametrize(
        "other",
        [
            event("CONSULT", actors=["e2"], recipients=["e1"]),
            event("CONSULT", predicate="talk", actors=["e1"], recipients=["e2", "e4"]),
            event("CONSULT", "2024-05-15T14:00", actors=["e1"], recipients=["e2"]),
            event("CONSULT", actors=["e1"], recipients=["e2"], status="planned", place=place("e3")),
        ],
        ids=["told from the other side", "another verb and a third party", "an hour given", "announced before"],
    )
    def test_has_one_id_in_two_stories(self, other):
        assert event_id(MEETING, ENTITIES, "urn:a") == event_id(other, ENTITIES, "urn:b")

    def test_needs_no_first_name(self):
        assert event_id(MEETING, ENTITIES, "urn:a") == event_id(MEETING, SHORT, "urn:b")

    def test_of_violence_is_that_of_the_town_whoever_is_blamed(self):
        blamed = event("ASSAULT", predicate="bomb", actors=["e4"], recipients=["e2"], place=place("e3"))
        inferred = event("ASSAULT", recipients=["12 people"], place=place(None, "Kabul", stated=False))
        assert len({event_id(each, ENTITIES, "urn:a") for each in (BOMBING, blamed, inferred)}) == 1


def test_stories_that_are_annotated_together_say_which_events_are_the_same(english):
    bodies = ("Ann Lee met John Webb in Lima on Monday.", "John Webb held talks with Ann Lee on Monday.")
    stories = [make_story(uri=f"urn:{n}", body=body).annotated(found) for n, (body, found) in enumerate(zip(
        bodies, english.annotate([AnnotationInput(body, "Lima", date(2024, 5, 16)) for body in bodies]), strict=True
    ))]  # fmt: skip
    ids = [{event.event for event in with_event_ids(story).events if event.confidence > 0.5} for story in stories]
    assert ids[0] & ids[1]


class TestAnotherEvent:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (MEETING, event("CONSULT", "2024-05-16", actors=["e1"], recipients=["e2"])),
            (MEETING, event("ACCUSE", actors=["e1"], recipients=["e2"])),
            (MEETING, event("CONSULT", actors=["e1"], recipients=["e4"])),
            (event("OTHER", actors=["e1"]), event("OTHER", predicate="resign", actors=["e1"])),
            (event("ASSAULT", actors=["e1"], place=place("e4")), event("ASSAULT", actors=["e2"], place=place("e4"))),
        ],
        ids=["another day", "another type", "another party", "another verb", "elsewhere in the country"],
    )
    def test_has_another_id(self, one, other):
        assert event_id(one, ENTITIES, "urn:a") != event_id(other, ENTITIES, "urn:b")

    def test_numerals_are_no_last_names(self):
        pope = event("CONSULT", actors=["e5"], recipients=["e2"])
        other = {**ENTITIES, "e5": {"name": "Pius XVI", "key": "pius xvi", "type": "PERSON"}}
        assert event_id(pope, ENTITIES, "urn:a") != event_id(pope, other, "urn:a")

    @pytest.mark.parametrize("vague", [event("CONSULT", "2024-05", actors=["e1"]), event("CONSULT", actors=["a man"])])
    def test_what_names_no_day_or_nobody_stands_alone(self, vague):
        assert event_id(vague, ENTITIES, "urn:a") != event_id(vague, ENTITIES, "urn:b")
        assert event_id(vague, ENTITIES, "urn:a") == event_id(dict(vague), ENTITIES, "urn:a")
