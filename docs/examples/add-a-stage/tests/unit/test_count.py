from pipeline import topics
from pipeline.story import Story
from pipeline.workers.stages import count
from tests.conftest import make_story
from tests.simulation.calm import Calm


def test_words_are_counted():
    calm = Calm()
    story = make_story(body="The port is closed.")
    (sent,) = calm.run(count.work([calm.envelope(topics.EDITED, story.model_dump_json().encode())]))
    assert Story.model_validate_json(sent.value).extra == {"words": 4}
