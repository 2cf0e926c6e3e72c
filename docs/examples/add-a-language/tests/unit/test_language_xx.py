from pipeline.annotate.story_annotation import annotate_stories
from tests.conftest import make_story


def test_a_story_is_read_by_the_folder_of_its_language(models):
    body = "Quorn Vad wi Lorne. Lorne na."
    (story,) = annotate_stories(models, [make_story(body=body, language="xx")], 1_000)
    assert [(each.name, each.type, len(each.mentions)) for each in story.entities] == [
        ("Quorn Vad", "PERSON", 1),
        ("Lorne", "GPE", 2),
    ]
    assert story.quotes == story.events == ()
