"""The topics, in the order a story meets them, and the stage that reads each.

``STAGES`` is the whole topology: a stage reads one topic and writes the next; ``index`` writes to
Elasticsearch besides, ``deliver`` to whoever wants to be alerted. Any stage may write to ``DEAD``.
"""

from typing import NamedTuple

RAW = "wire.raw"
STORIES = "wire.stories"
EDITED = "wire.edited"
ANNOTATED = "wire.annotated"
INDEXED = "wire.indexed"
"""What was put into the indices, or taken out: a story's uri and version, no text."""
ALERTS = "wire.alerts"
SIGNATURES = "wire.signatures"
"""What the desks know copies by: one partition, so that all of them read it in one order."""
DEAD = "wire.dead"


class Stage(NamedTuple):
    """A step of the route: its name, the topic it reads, the topic it writes, if it does."""

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
INDEX = Stage("index", ANNOTATED, INDEXED)
ALERT = Stage("alert", INDEXED, ALERTS)
DELIVER = Stage("deliver", ALERTS, None)

STAGES = {stage.name: stage for stage in (PARSE, DESK, ANNOTATE, INDEX, ALERT, DELIVER)}
TOPICS = (RAW, STORIES, EDITED, ANNOTATED, INDEXED, ALERTS, SIGNATURES, DEAD)
