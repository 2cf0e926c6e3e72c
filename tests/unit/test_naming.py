"""Names are learned step by step, and the result is that of a look at all stories."""

import json
from datetime import datetime, timedelta
from random import Random

import pytest

from pipeline.annotations import Annotations, Entity
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.indexed.naming import Naming
from pipeline.identity.indexed.word_store import Lessons
from pipeline.identity.name_usage import NameUsage, usages
from pipeline.identity.registry import Registry, learn_from
from pipeline.identity.word import period_of
from pipeline.index.actions import actions, first_version, last_version
from pipeline.story import story_id
from tests.conftest import NOON, make_story
from tests.lessons import lessons_of
from tests.names_contract import CONTRACT
from tests.simulation.calm import Calm
from tests.simulation.elasticsearch import SimulatedNames, SimulatedStories
from tests.unit.test_learning import entity

WINDOW = timedelta(days=90)
NAMES = ("Ann Lee", "Lee", "A. Lee", "Bo Lee", "LEE", "Annie Lee", "Ann", "Saddam Hussein", "Saddam", "Oslo")


async def call(function, *arguments):
    return function(*arguments)


class Desk:
    """Stories that come, change and go, on simulated servers, and a worker that learns their names."""

    def __init__(self, most: int = 100) -> None:
        self.calm = Calm()
        self.most = most
        self.revision = 0
        self.written: list[str] = []
        self.work = self.worker()
        self.calm.documents.watch.append(lambda action: self.written.append(action.id))

    def worker(self) -> Naming:
        documents, network = self.calm.documents, self.calm.network
        names = SimulatedNames(documents, network)
        lessons = Lessons(names, WINDOW)
        stories = SimulatedStories(documents, network)
        return Naming(names, stories, self.calm.indices, lessons, lambda: NOON, call, self.most)

    def put(self, uri: str, *names: str, at: datetime = NOON) -> None:
        """Index a version of a story that has these people; without any, remove the story."""
        self.revision += 1
        entities = tuple(entity(name).model_copy(update={"id": f"e{n}"}) for n, name in enumerate(names, 1))
        story = make_story(uri=uri, firstcreated=at, pubstatus="usable" if names else "canceled")
        version = first_version(self.revision) if names else last_version(self.revision)
        for action in actions(story.annotated(Annotations(entities=entities)), version):
            self.calm.documents.carry_out(action)

    def arrive(self, uri: str, *names: str, at: datetime = NOON) -> list[str]:
        """Index a version, and let the worker learn from it. Return which stories it has written."""
        self.put(uri, *names, at=at)
        self.written.clear()
        self.calm.run(self.work.arrived({uri: at}))
        return self.written

    def correct(self, *made: Correction) -> None:
        for number, each in enumerate(made, len(self.calm.documents.corrections)):
            self.calm.documents.corrections[str(number)] = (each, False)
        self.calm.run(self.work.tick())

    @property
    def stories(self) -> dict[str, dict]:
        return {doc["uri"]: doc for doc in self.calm.documents.visible("stories")}

    def people(self, uri: str) -> list[str]:
        return self.stories[uri]["people"]

    def outdated(self) -> list[tuple[str, str]]:
        """Return which stories use which names otherwise than all stories teach."""
        made = self.calm.documents.corrections.values()
        corrected = Corrections.of(each for each, _ in made)
        told = [(uri, datetime.fromisoformat(d["firstcreated"]), d["name_usage"]) for uri, d in self.stories.items()]
        lessons = lessons_of(told, WINDOW, self.most)
        return [
            (uri, usage)
            for uri, created, usages in told
            for usage in usages
            if not Registry(lessons[period_of(created, WINDOW)], corrected).is_current(NameUsage.parse(usage))
        ]

    def kept(self) -> dict[str, object]:
        """Return what is kept of the words that stories have, without how often it changed."""
        contents = [(key, change.content) for key, (change, _) in self.calm.documents.names.items()]
        found = {key: json.loads(json.dumps(content)) for key, content in contents if content.get("sample")}
        return {key: {name: each[name] for name in each if name != "generation"} for key, each in found.items()}


def merge(key: str, into: str) -> Correction:
    fields = {"into_type": "PERSON", "into_key": into, "name": into.title()}
    return Correction(correction="merge", type="PERSON", key=key, by="ann", at=NOON, **fields)


class TestStories:
    def test_a_full_name_explains_the_surname_of_an_earlier_story(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        assert desk.people("urn:1") == ["Lee"]
        desk.arrive("urn:2", "Ann Lee")
        assert desk.people("urn:1") == ["Ann Lee"]

    def test_a_kill_and_a_version_take_back_what_the_story_taught(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        desk.arrive("urn:2", "Ann Lee")
        desk.arrive("urn:2", "Somebody Else")
        assert desk.people("urn:1") == ["Lee"]
        desk.arrive("urn:3", "Bo Lee")
        assert desk.people("urn:1") == ["Bo Lee"]
        desk.arrive("urn:3")
        assert desk.people("urn:1") == ["Lee"]

    def test_no_word_is_kept_of_a_story_that_is_gone(self):
        desk = Desk()
        desk.arrive("urn:1", "Ann Lee", "Saddam")
        desk.arrive("urn:1")
        assert desk.kept() == {}

    def test_only_what_does_not_agree_is_written(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        desk.arrive("urn:2", "Bo Lee", "Ann Lee")
        assert desk.arrive("urn:3", "Oslo") == []
        assert desk.arrive("urn:4", "Bo Lee") == []
        desk.arrive("urn:2", "Bo Lee")
        desk.written.clear()
        assert desk.arrive("urn:5", "Bo Lee") == []

    def test_a_period_is_taught_by_the_one_before_and_not_by_the_next(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        desk.arrive("urn:2", "Ann Lee", at=NOON + WINDOW)
        assert desk.people("urn:1") == ["Lee"]
        desk.arrive("urn:3", "Lee", at=NOON + WINDOW)
        desk.arrive("urn:4", "Lee", at=NOON + 2 * WINDOW)
        desk.arrive("urn:5", "Lee", at=NOON + 3 * WINDOW)
        assert [desk.people(f"urn:{number}") for number in (3, 4, 5)] == [["Ann Lee"], ["Ann Lee"], ["Lee"]]


class TestWhateverHappens:
    @pytest.mark.parametrize("seed", range(40))
    def test_the_result_is_that_of_a_look_at_all_stories(self, seed):
        random = Random(seed)
        desk = Desk(random.choice((1, 2, 3, 100)))
        times = [NOON + number * WINDOW for number in range(random.choice((1, 3)))]
        created = {f"urn:{number}": random.choice(times) for number in range(12)}
        for _ in range(40):
            uri = random.choice(list(created))
            names = random.sample(NAMES, random.choice((0, 1, 1, 2)))
            if random.random() < 0.2:
                desk.work = desk.worker()
            desk.arrive(uri, *names, at=created[uri])
        if random.random() < 0.5:
            desk.correct(merge("lee", "ann lee"))
        assert desk.outdated() == []
        # What was kept can be lost.
        before = desk.stories, desk.kept()
        desk.calm.documents.names.clear()
        desk.work = desk.worker()
        desk.calm.run(desk.work.tick())
        assert desk.outdated() == []
        if desk.most == 100:
            assert desk.kept() == before[1]
        assert {uri: doc["people"] for uri, doc in desk.stories.items()} == {
            uri: doc["people"] for uri, doc in before[0].items()
        }

    def test_within_one_period_all_stories_teach(self):
        desk, random = Desk(), Random(1)
        for number in range(60):
            desk.arrive(f"urn:{number}", *random.sample(NAMES, 2))
        told = [[Entity.model_validate(each) for each in doc["entities"]] for doc in desk.stories.values()]
        registry = learn_from(told)
        assert all(registry.is_current(usage) for entities in told for usage in usages(entities))

    def test_what_was_indexed_before_is_read_in_the_background(self):
        desk = Desk()
        for number in range(5):
            desk.put(f"urn:{number}", "Lee" if number else "Ann Lee")
        desk.calm.run(desk.work.tick())
        assert {name for number in range(5) for name in desk.people(f"urn:{number}")} == {"Ann Lee"}


class TestCorrections:
    def test_a_merge_leads_on_to_what_the_other_name_means(self):
        desk = Desk()
        desk.arrive("urn:1", "Saddam")
        desk.arrive("urn:2", "Yasir Lee")
        desk.correct(merge("saddam", "yasir lee"))
        assert desk.people("urn:1") == ["Yasir Lee"]
        for number in (3, 4):
            desk.arrive(f"urn:{number}", "Yasser Lee")
        assert desk.people("urn:2") == desk.people("urn:1") == ["Yasser Lee"]

    def test_a_name_that_leads_to_what_is_renamed_follows(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        desk.arrive("urn:2", "Ann Lee")
        fields = {"type": "PERSON", "key": "ann lee", "by": "ann", "at": NOON}
        desk.correct(Correction(correction="rename", name="Dame Ann", **fields))
        assert desk.people("urn:1") == desk.people("urn:2") == ["Dame Ann"]

    def test_they_are_applied_once(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        desk.correct(merge("lee", "bo lee"))
        desk.written.clear()
        desk.calm.run(desk.work.tick())
        assert desk.written == []
        assert all(is_applied for _, is_applied in desk.calm.documents.corrections.values())


class TestSpreading:
    def test_what_another_worker_abandoned_is_taken_over(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")

        class Died(Exception):
            pass

        async def die(*_: object) -> None:
            raise Died

        desk.work._spreading._spread = die
        with pytest.raises(Died):
            desk.arrive("urn:2", "Ann Lee")
        assert desk.people("urn:1") == ["Lee"]
        desk.work = desk.worker()
        desk.work._spreading._now = lambda: NOON + timedelta(minutes=2)
        desk.calm.run(desk.work.tick())
        assert desk.people("urn:1") == ["Ann Lee"]
        assert not any("unspread" in change.content for change, _ in desk.calm.documents.names.values())

    def test_a_story_whose_writer_died_is_finished(self):
        desk = Desk()
        desk.arrive("urn:1", "Lee")
        place = next(at for at in desk.calm.documents.indexed if at[1] == story_id("urn:1"))
        version, document = desk.calm.documents.indexed[place]
        desk.calm.documents.indexed[place] = (version + 1, document | {"unfinished": True})
        for _ in range(2):
            desk.calm.run(desk.work.tick())
        assert "unfinished" not in desk.stories["urn:1"]

    def test_of_many_stories_the_ticks_write_what_a_batch_leaves(self, monkeypatch):
        monkeypatch.setattr("pipeline.identity.indexed.spreading.PAGE", 2)
        monkeypatch.setattr("pipeline.identity.indexed.spreading.PAGES", 2)
        desk = Desk()
        for number in range(10):
            desk.arrive(f"urn:{number}", "Lee")
        desk.arrive("urn:x", "Ann Lee")
        assert desk.outdated()
        for _ in range(3):
            desk.calm.run(desk.work.tick())
        assert not desk.outdated()


@pytest.mark.parametrize("law", CONTRACT, ids=lambda law: law.__name__)
def test_the_simulated_names_keep_the_contract(law):
    calm = Calm()
    calm.run(law(SimulatedNames(calm.documents, calm.network)))
