"""The topics, in the order a story meets them, and the stage that reads each.

``STAGES`` is the whole topology: a stage reads one topic and writes the next; ``index`` writes to
Elasticsearch besides, ``deliver`` to whoever wants to be alerted. Any stage may write to ``DEAD``.
What else must be known of a stage where it does not run (deployment, metrics, ``wire trace``)
stands here too.
"""

from dataclasses import dataclass
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
DEAD_HEADROOM = 1 << 20
"""Bytes by which a message of ``DEAD`` may be larger than others: a dead letter has its reason besides."""


class Limits(NamedTuple):
    """A batch is complete at so many events or bytes, or ``linger`` seconds after its first event."""

    events: int = 100
    size: int = 8 << 20
    linger: float = 0.02


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Stage:
    """A step of the route: its name, the topic it reads, the topic it writes, if it does.

    ``awaits`` is what ``wire trace`` says of a story that stands on the topic it reads. ``limits``
    are those of its batches, of which ``at_once`` are at work together. A container of it needs
    ``cpus`` and ``memory`` (MiB).
    """

    name: str
    reads: str
    writes: str | None
    awaits: str
    limits: Limits = DEFAULT_LIMITS
    at_once: int = 1
    cpus: int = 1
    memory: int = 512

    @property
    def group(self) -> str:
        """The consumer group, which is also the Faust app's id."""
        return f"wire-{self.name}"

    @property
    def number(self) -> int:
        """Its place among the stages, from 0; its metrics are served on ``monitor.port`` plus this."""
        return list(STAGES).index(self.name)


PARSE = Stage("parse", RAW, STORIES, "waits for parse")
DESK = Stage("desk", STORIES, EDITED, "parsed, waits for the desk", memory=768)
ANNOTATE = Stage("annotate", EDITED, ANNOTATED, "counts, waits for annotate", Limits(events=64), cpus=2, memory=2048)
INDEX = Stage("index", ANNOTATED, INDEXED, "annotated, waits for index", Limits(linger=0.05))
ALERT = Stage("alert", INDEXED, ALERTS, "indexed", Limits(events=200, linger=0.5))
# Several at once, since a webhook that does not answer takes its time.
DELIVER = Stage("deliver", ALERTS, None, "waits for delivery", Limits(events=20, size=1 << 20, linger=0.05), at_once=8)

STAGES = {stage.name: stage for stage in (PARSE, DESK, ANNOTATE, INDEX, ALERT, DELIVER)}
TOPICS = (RAW, STORIES, EDITED, ANNOTATED, INDEXED, ALERTS, SIGNATURES, DEAD)
STORY_TOPICS = (RAW, STORIES, EDITED, ANNOTATED)
"""Those that a story is on before it is indexed; ``wire replay`` takes it up from any of them."""
