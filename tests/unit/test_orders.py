"""Who may order what of which story, and what becomes of orders in words."""

from datetime import timedelta

import pytest

from pipeline import topics
from pipeline.clean import clean
from pipeline.designation import designated
from pipeline.desk.ordered_kills import named_story
from pipeline.desk.record import Record
from pipeline.envelope import Headers
from pipeline.story import Order, Source, Story
from tests.conftest import NOON, make_story
from tests.unit.test_stages import Desk

ORIGINAL = make_story(
    uri="urn:ap:V9991",
    headline="Radio host charged",
    slugline="Host-Painkillers",
    extra={"transmission": "V9991"},
)


def killing(
    body: str = "Please kill the story Host-Painkillers, V9991. A kill is mandatory.", **fields: object
) -> Story:
    """Return a cleaned message that orders a kill."""
    return clean(make_story(**{"uri": "urn:ap:V9992", "body": body, "headline": None} | fields))


def worked_off(desk: Desk, read: int) -> list[Story]:
    """Let the desk carry out orders, and work on what it sends to itself. Return what goes on."""
    desk.now += timedelta(minutes=1)
    desk.calm.run(desk.desk.tick())
    held = desk.calm.held(topics.twin_of(topics.STORIES))[read:]
    return [
        passed
        for each in held
        for passed in desk.pass_on(Story.model_validate_json(each.payload), sender=each.headers.sender)
    ]


class TestKills:
    def test_the_story_that_is_named_is_killed_by_a_message_of_its_own(self):
        desk = Desk()
        desk.pass_on(ORIGINAL, killing())
        (kill,) = worked_off(desk, 0)
        assert (kill.uri, kill.pubstatus) == ("urn:ap:V9991", "canceled")
        assert desk.record("urn:ap:V9991").pubstatus == "canceled"
        assert desk.record("urn:ap:V9992").settled

    def test_one_that_comes_before_its_story_waits_for_it(self):
        desk = Desk()
        desk.pass_on(killing())
        assert worked_off(desk, 0) == []
        desk.pass_on(ORIGINAL)
        assert [kill.uri for kill in worked_off(desk, 0)] == ["urn:ap:V9991"]

    def test_one_that_is_carried_out_is_not_carried_out_again(self):
        desk = Desk()
        desk.pass_on(ORIGINAL, killing())
        worked_off(desk, 0)
        assert worked_off(desk, 1) == []

    def test_of_another_sender_it_kills_nothing_and_waits_for_a_person(self):
        desk = Desk()
        other = Source(name="EvilBlog", format="text", receivedat=NOON)
        desk.pass_on(ORIGINAL, killing(source=other))
        assert worked_off(desk, 0) == []
        assert [record.uri for record in desk.calm.run(desk.calm.store.unsettled())] == ["urn:ap:V9992"]

    def test_where_several_stories_may_be_meant_a_person_decides(self):
        desk = Desk()
        twins = [make_story(uri=f"urn:ap:{n}", headline=f"Take {n}", slugline="Host-Painkillers") for n in (1, 2)]
        desk.pass_on(*twins, killing("Please kill the story Host-Painkillers. A kill is mandatory."))
        assert worked_off(desk, 0) == []

    def test_one_under_the_story_s_own_uri_needs_nobody(self):
        desk = Desk()
        desk.pass_on(ORIGINAL)
        (kill,) = desk.pass_on(killing(uri=ORIGINAL.uri, version=2))
        assert (kill.uri, kill.pubstatus, desk.record(ORIGINAL.uri).settled) == (ORIGINAL.uri, "canceled", True)

    def test_the_order_itself_is_never_shown(self):
        (message,) = Desk().pass_on(killing())
        assert message.pubstatus == "canceled"


def known(uri: str, names: tuple[str, ...], hours: float = -1) -> Record:
    """Return the record of a story so many hours after the order."""
    created = NOON + timedelta(hours=hours)
    return Record(uri=uri, version=1, versioncreated=created, firstcreated=created, pubstatus="usable", names=names)


class TestNames:
    NUMBER, TITLE = designated(["V9991"])[0], designated(titles=["BC-Host-Painkillers, 1st Ld-Writethru"])[0]
    ORDER = known("urn:order", ())

    def chosen(self, wanted: tuple[str, ...], *candidates: Record) -> str | None:
        found = named_story(Order(kind="kill", text="Kill it.", names=wanted), self.ORDER, candidates)
        return found and found.uri

    def test_a_slugline_is_the_same_in_all_versions_and_in_any_spelling(self):
        assert self.TITLE == "title host painkillers" == designated(titles=["Host/Painkillers"])[0]
        assert self.NUMBER == designated(["v09991"])[0] == "number v9991"

    def test_two_numbers_of_different_stories_name_none(self):
        other = designated(["V9992"])[0]
        stories = known("wrong", (self.NUMBER, self.TITLE)), known("substitute", (other, self.TITLE))
        assert self.chosen((self.NUMBER, other, self.TITLE), *stories) is None
        assert self.chosen((self.NUMBER, other), *stories) is None
        assert self.chosen((self.NUMBER, other, self.TITLE), stories[0]) == "wrong"

    def test_of_a_number_that_repeats_the_newest_counts(self):
        days = known("yesterday", (self.NUMBER,), -25), known("today", (self.NUMBER,), -1)
        assert self.chosen((self.NUMBER,), *days) == "today"

    def test_a_number_of_last_week_is_another_message(self):
        assert self.chosen((self.NUMBER,), known("last week", (self.NUMBER,), -8 * 24)) is None

    def test_a_number_with_another_slugline_is_another_message(self):
        assert self.chosen((self.NUMBER, self.TITLE), known("other", (self.NUMBER, "title budget"))) is None

    def test_a_slugline_with_another_number_is_another_message(self):
        assert self.chosen((self.NUMBER, self.TITLE), known("other", ("number v1", self.TITLE))) is None

    def test_a_slugline_alone_counts_where_the_story_has_no_number(self):
        assert self.chosen((self.NUMBER, self.TITLE), known("the one", (self.TITLE,))) == "the one"

    def test_a_slugline_of_two_stories_names_neither(self):
        assert self.chosen((self.TITLE,), known("one", (self.TITLE,)), known("two", (self.TITLE,))) is None


class TestHolds:
    HELD = clean(make_story(body="Please hold this story.\nThe port of Sund reopened on Thursday."))

    def test_a_story_that_is_held_stays_out_and_waits_for_a_person(self):
        desk = Desk()
        (message,) = desk.pass_on(self.HELD)
        assert message.pubstatus == "withheld"
        assert [record.order.kind for record in desk.calm.run(desk.calm.store.unsettled())] == ["hold"]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_a_later_version_releases_it_whichever_comes_first(self, order):
        later = make_story(versioncreated=NOON + timedelta(hours=1))
        desk = Desk()
        for number in order:
            desk.pass_on((self.HELD, later)[number])
        assert desk.record().pubstatus == "usable"
        assert desk.record().settled

    def test_an_older_version_stays_out(self):
        desk = Desk()
        desk.pass_on(self.HELD)
        desk.pass_on(make_story(versioncreated=NOON - timedelta(hours=1)))
        assert desk.record().pubstatus == "withheld"


class TestSenders:
    OTHER = Headers(sender="EvilBlog")

    def test_a_kill_of_another_sender_leaves_the_story_alone_and_is_shown_to_a_person(self):
        desk = Desk()
        desk.pass_on(make_story())
        kill = make_story(pubstatus="canceled", version=9, body="")
        assert all(story.uri != "urn:test:1" for story in desk.pass_on(kill, sender="EvilBlog"))
        assert desk.record().pubstatus == "usable"
        (waiting,) = desk.calm.run(desk.calm.store.unsettled())
        assert waiting.order.text == "evilblog cancels urn:test:1, which is test's"

    def test_two_senders_of_one_uri_have_two_stories(self):
        desk = Desk()
        mine, theirs = make_story(), make_story(headline="Something else", version=7)
        assert [story.uri for story in desk.pass_on(mine)] == ["urn:test:1"]
        (other,) = desk.pass_on(theirs, sender="EvilBlog")
        assert other.uri.startswith("urn:test:1#")
        assert other.receivedas == "urn:test:1"
        assert desk.record().versions[-1].headline == mine.headline

    def test_also_in_one_batch(self):
        desk = Desk()
        own = make_story()
        stated = Source(name="EvilBlog", format="ninjs", receivedat=NOON)
        passed = desk.pass_on(own, make_story(source=stated, body="Another text of another agency altogether."))
        assert sorted(story.source.name for story in passed) == ["EvilBlog", "Test"]

    def test_the_other_sender_s_versions_and_kills_follow_its_story(self):
        desk = Desk()
        desk.pass_on(make_story())
        (first,) = desk.pass_on(make_story(headline="One"), sender="EvilBlog")
        (second,) = desk.pass_on(make_story(headline="Two", version=2), sender="EvilBlog")
        (kill,) = desk.pass_on(make_story(pubstatus="canceled", version=3, body=""), sender="EvilBlog")
        assert first.uri == second.uri == kill.uri

    def test_a_sender_is_the_same_in_any_case(self):
        desk = Desk()
        desk.pass_on(make_story())
        assert [story.uri for story in desk.pass_on(make_story(version=2), sender=" TEST ")] == ["urn:test:1"]

    def test_a_record_of_an_earlier_version_belongs_to_who_comes_next(self):
        desk = Desk()
        desk.pass_on(make_story())
        record, token = desk.calm.documents.records["urn:test:1"]
        desk.calm.documents.records["urn:test:1"] = (record.model_copy(update={"sender": ""}), token)
        desk.pass_on(make_story(version=2), sender="AP")
        assert desk.record().sender == "ap"
