from pipeline.annotate.story_annotation import annotate_stories
from pipeline.search.search_query import SearchQuery
from pipeline.web.annotated import page
from tests.conftest import make_story


def test_hashtags_are_found_shown_and_searched(models):
    (story,) = annotate_stories(models, [make_story(body="They wrote #peace.")], 1_000)
    assert [each.text for each in story.extracted("hashtags")] == ["#peace"]
    assert 'title="hashtag"' in page([story])
    assert SearchQuery(filters={"hashtag": "peace"}).filters == {"hashtag": ("#peace",)}
