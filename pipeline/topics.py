"""The topics, in the order a story meets them, and the stage that reads each.

``STAGES`` is the whole topology: a stage reads one topic and writes the next; the last one
writes to Elasticsearch. Any stage may write to ``DEAD``.
"""

from typing import NamedTuple

RAW = "wire.raw"
STORIES = "wire.stories"
EDITED = "wire.edited"
ANNOTATED = "wire.annotated"
SIGNATURES = "wire.signatures"
"""What the desks know copies by: one partition, so that all of them read it in one order."""
DEAD = "wire.dead"


class Stage(NamedTuple):
    """A step of the route: its name, the topic it reads, the topic it writes (None: an index)."""

    name: str
    reads: str
    writes: str | None

    @property
    def group(self) -> str:
        """The consumer group, which is also the Faust app's id."""
        return f"wire-{self.name}"


PARSE = Stage("parse", RAW, STORIES)
DESK = Stage("desk", STORIES, EDITED)
ANNOTATE = Stage("annotate", EDITED, ANNOTATED)
INDEX = Stage("index", ANNOTATED, None)

STAGES = {stage.name: stage for stage in (PARSE, DESK, ANNOTATE, INDEX)}
TOPICS = (RAW, STORIES, EDITED, ANNOTATED, SIGNATURES, DEAD)
