"""The sample stories: dated up to now, with versions, copies, a kill and an embargo, and nobody real."""

from datetime import UTC, datetime, timedelta

from pipeline import demo

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STORIES = demo.stories(NOW)


def test_they_came_in_over_the_last_three_days_oldest_first():
    times = [datetime.fromisoformat(each["versioncreated"]) for each in STORIES]
    assert times == sorted(times)
    assert NOW - timedelta(hours=72) <= times[0]
    assert NOW - timedelta(hours=1) <= times[-1] <= NOW
    assert len(STORIES) > 150


def test_they_are_of_several_agencies_and_languages():
    assert len({each["source"] for each in STORIES}) == 6
    assert {each["language"] for each in STORIES} >= {"en", "es", "fr", "de"}


def test_a_correction_and_a_kill_are_later_versions_of_their_story():
    first = {each["uri"]: each for each in STORIES if each["version"] == "1"}
    later = [each for each in STORIES if each["version"] == "2"]
    assert {each["pubstatus"] for each in later} == {"usable", "canceled"}
    for each in later:
        assert first[each["uri"]]["versioncreated"] < each["versioncreated"]
        assert first[each["uri"]]["firstcreated"] == each["firstcreated"]


def test_some_are_carried_by_another_agency_and_some_are_embargoed():
    sources = {}
    for each in STORIES:
        sources.setdefault(each["body_text"], set()).add(each["source"])
    assert sum(len(found) > 1 for found in sources.values()) > 20
    assert [each for each in STORIES if each.get("embargoed", "") > NOW.isoformat()]
