"""Serve as a language process: stories in, annotated stories out, both as JSON."""

import sys
from collections.abc import Sequence

from pipeline.annotations import LeastConfidence
from pipeline.story import Story
from pipeline.workers.garbage import collect_rarely
from pipeline.workers.processes.serving import Work, serve


def prepare(name: str, longest: int, least: LeastConfidence) -> Work:
    """Load the model, and return what annotates with it."""
    # spaCy takes seconds to import; the input may end meanwhile.
    from pipeline.annotate import model  # noqa: PLC0415
    from pipeline.annotate.story_annotation import annotate_stories  # noqa: PLC0415

    models = model.LanguageModels(name)

    def work(values: Sequence[bytes]) -> list[bytes]:
        stories = [Story.model_validate_json(value) for value in values]
        return [story.model_dump_json().encode() for story in annotate_stories(models, stories, longest, least)]

    collect_rarely()
    return work


if __name__ == "__main__":
    serve(lambda: prepare(sys.argv[1], int(sys.argv[2]), LeastConfidence(*map(float, sys.argv[3:]))))
