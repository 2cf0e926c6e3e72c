"""The score of whole stories: what counts as right, as partly right and as wrong."""

import pytest

from pipeline.annotations import EventMention, Participant, Quote, Speaker
from scoring.gold import Ruler
from scoring.reliability import bins
from scoring.whole import Judge, Judged, LabelledEvent, Party, Quotation, WholeStory, cleaned

TEXT = "Police arrested Ann Lee in Lima.\n\nThe mayor said that the arrest was overdue."
RULER = Ruler(TEXT)


def at(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def party(words: str, name: str = "") -> Party:
    return Party(RULER(*at(words)), name or words)


ARREST = LabelledEvent(
    triggers=(RULER(*at("arrested")), RULER(*at("arrest was"))),
    clause="Police arrested Ann Lee in Lima",
    type="COERCE",
    status="happened",
    actors=(party("Police"),),
    recipients=(party("Ann Lee"),),
    is_main=True,
)
STORY = WholeStory(
    "urn:a", TEXT, "2024-05-16", (ARREST,), (Quotation(RULER(*at("the arrest was overdue")), party("The mayor"), None),)
)


@pytest.fixture
def judge() -> Judge:
    return Judge(STORY, cleaned(STORY))


def participant(words: str) -> Participant:
    start, end = at(words)
    return Participant(start=start, end=end, text=words, name=words)


def event(trigger: str = "arrested", actor: str = "Police", recipient: str = "Ann Lee", **about: str) -> EventMention:
    start, end = at(trigger)
    told = {"id": "v1", "predicate": trigger, "clause": "", "confidence": 0.9, "type": "COERCE", "status": "happened"}
    sides = {
        name: (participant(words),) if words else () for name, words in (("actors", actor), ("recipients", recipient))
    }
    return EventMention(start=start, end=end, text=trigger, **told | about, **sides)


class TestEvents:
    def test_with_all_that_is_labelled_it_is_right(self, judge):
        assert judge.verdict(event()).judged == Judged.RIGHT

    def test_any_word_that_the_reader_marked_names_it(self, judge):
        assert judge.verdict(event("arrest was")).judged == Judged.RIGHT

    def test_what_goes_on_may_have_happened(self, judge):
        assert judge.verdict(event(status="ongoing")).judged == Judged.RIGHT

    @pytest.mark.parametrize(
        "about", [{"actor": "Lima"}, {"recipient": ""}, {"type": "TRIAL"}, {"status": "denied"}], ids=str
    )
    def test_with_one_side_it_is_partly_right(self, judge, about):
        assert judge.verdict(event(**about)).judged == Judged.PARTLY

    @pytest.mark.parametrize("about", [{"trigger": "overdue"}, {"actor": "Lima", "recipient": ""}], ids=str)
    def test_without_its_word_or_both_sides_it_is_wrong(self, judge, about):
        assert judge.verdict(event(**about)).judged == Judged.WRONG


class TestQuotes:
    def quote(self, words: str, speaker: str) -> Quote:
        start, end = at(words)
        who = at(speaker)
        spoken = Speaker(start=who[0], end=who[1], text=speaker, name=speaker)
        return Quote(
            id="q1", start=start, end=end, text=words, kind="indirect", quoted=(), speaker=spoken, confidence=0.9
        )

    def test_half_of_it_is_enough(self, judge):
        assert judge.quotation(self.quote("arrest was overdue", "The mayor")) == STORY.quotes[0]
        assert judge.quotation(self.quote("overdue", "The mayor")) is None


def test_a_tenth_of_confidence_has_its_share_of_right_ones():
    assert bins([(0.62, True), (0.68, False), (0.95, True)]) == [
        (pytest.approx(0.65), 0.5, 2),
        (pytest.approx(0.95), 1.0, 1),
    ]
