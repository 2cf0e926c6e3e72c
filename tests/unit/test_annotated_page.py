"""``wire annotate --html``: a page that shows the annotations."""

from pipeline.annotate.story_annotation import annotate_stories
from pipeline.web.annotated import page, paragraphs
from tests.conftest import make_story


def test_quotes_link_to_the_mention_of_their_speaker(models):
    story = make_story(body="“We will rebuild the bridge,” Maria Lopez said.\nIn Lima it rained.")
    shown = page(annotate_stories(models, [story], 1_000))
    assert 'href="#s1q1-speaker"' in shown
    assert 'id="s1q1-speaker"' in shown
    assert 'title="PERSON Maria Lopez · speaker of q1: Maria Lopez"' in shown
    assert "GPE Lima" in shown


def test_it_is_one_file_without_scripts_and_addresses(models):
    shown = page(annotate_stories(models, [make_story()], 1_000))
    assert "<script" not in shown
    assert "http" not in shown


def test_what_stands_in_a_story_is_shown_and_not_run(models):
    hostile = "<script>alert(1)</script> “<b>We go</b> on and on,” Ann <i>Lee</i> said."
    shown = page(annotate_stories(models, [make_story(body=hostile, headline="<script>")], 1_000))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_pieces_put_together_are_the_body(models):
    body = "Xi said he “saw it”.\n“Both go on,” he said, which he called “very bad” for Russia.\nBye."
    (story,) = annotate_stories(models, [make_story(body=body)], 1_000)
    assert "\n".join("".join(piece.text for piece in line) for line in paragraphs(story)) == body


def test_no_stories_are_a_page_too():
    assert "No stories" in page([])
