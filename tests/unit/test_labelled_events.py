"""The stories labelled with events, and their score."""

from collections import Counter

import pytest

from scoring import events

STORIES = events.stories()


class TestLabels:
    def test_there_are_enough(self):
        assert len(STORIES) >= 60
        assert sum(len(story.labels) for story in STORIES) >= 200

    def test_every_phenomenon_is_shown_twice(self):
        shown = Counter(word for story in STORIES for word in story.shows)
        assert min(shown.values()) >= 2
        assert len(shown) > 40

    @pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
    def test_every_name_and_number_is_in_the_text(self, story):
        words = story.text.casefold()
        for label in story.labels:
            sides = (*label.actors, *label.recipients, *((label.places,) if label.places else ()))
            assert all(any(name.casefold() in words or name == story.located for name in names) for names in sides)
            assert label.statuses
            assert label.dates

    def test_a_trigger_that_the_text_does_not_have_is_an_error(self, tmp_path):
        path = tmp_path / "events.toml"
        path.write_text(
            '[[story]]\nname = "x"\nshows = "x"\nwritten = 2024-05-16\nlocated = "Lima"\n'
            'text = "Ann met Bob."\nevents = ["left | - | happened | - | Ann > Bob"]\n'
        )
        with pytest.raises(ValueError, match="left"):
            events.stories(path)


def test_the_language_pass_keeps_what_it_can_do():
    rates, errors = events.measure(STORIES)
    assert rates.found > 0.8
    assert rates.aspects["actor"] > 0.94
    assert rates.aspects["recipient"] > 0.62
    assert rates.aspects["type"] > 0.7
    assert rates.aspects["status"] > 0.95
    assert rates.aspects["date"] > 0.87
    assert rates.aspects["place"] > 0.8
    assert rates.aspects["numbers"] > 0.75
    assert all(error.sentence and error.aspect in ("event", *events.ASPECTS) for error in errors)
