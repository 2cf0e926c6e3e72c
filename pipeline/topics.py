"""The topics, in the order in which a story passes them, and the stage that reads each.

``STAGES`` is the whole topology. A stage reads one topic and writes the next; ``index`` also writes to
Elasticsearch, ``deliver`` to webhooks and mailboxes. Any stage may write to ``DEAD``. What deployment, metrics and
``wire trace`` need to know about a stage is here too.

Each topic that a story passes has an urgent twin (``wire.urgent.raw``), which its stage reads first. Flashes,
bulletins and kills go there, and so overtake whatever waits on the routine topic.
"""

from dataclasses import dataclass
from typing import NamedTuple

RAW = "wire.raw"
STORIES = "wire.stories"
EDITED = "wire.edited"
ANNOTATED = "wire.annotated"
INDEXED = "wire.indexed"
"""What was written to the indices or removed: a story's uri and version, no text."""
DERIVED = "wire.derived"
"""The same, once the document says how the story relates to others."""
ALERTS = "wire.alerts"
DEAD = "wire.dead"
DEAD_HEADROOM = 1 << 20
"""How many bytes larger than other messages one on ``DEAD`` may be, since it also has its reason."""


class Limits(NamedTuple):
    """A batch is complete at this many events or bytes, or ``linger`` seconds after its first event."""

    events: int = 100
    size: int = 8 << 20
    linger: float = 0.02


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Stage:
    """One step of the route: its name, the topic it reads, and the topic it writes, if any.

    ``awaits`` is the state that ``wire trace`` shows for a story on the topic it reads. ``limits`` bound its
    batches, of which ``at_once`` are processed concurrently, and as many urgent ones beside them. A ``stateful``
    stage must not process two versions of a story at once, so its urgent batches wait for the current batch.
    Its container needs ``cpus`` and ``memory`` (MiB).
    """

    name: str
    reads: str
    writes: str | None
    awaits: str
    limits: Limits = DEFAULT_LIMITS
    at_once: int = 1
    stateful: bool = False
    cpus: int = 1
    memory: int = 512

    @property
    def inputs(self) -> tuple[str, ...]:
        """The topics it reads, the urgent twin first. The same partitions of both go to the same worker."""
        return tuple(dict.fromkeys((twin_of(self.reads), self.reads)))

    @property
    def group(self) -> str:
        """The consumer group, which is also the id of the Faust app."""
        return f"wire-{self.name}"

    @property
    def number(self) -> int:
        """The stage's position, from 0. Its metrics are served on port ``monitor.port`` plus this."""
        return list(STAGES).index(self.name)


PARSE = Stage("parse", RAW, STORIES, "waits for parse")
DESK = Stage("desk", STORIES, EDITED, "parsed, waits for the desk", Limits(events=25), stateful=True, memory=768)
ANNOTATE = Stage("annotate", EDITED, ANNOTATED, "counts, waits for annotate", Limits(events=64), cpus=2, memory=2048)
INDEX = Stage("index", ANNOTATED, INDEXED, "annotated, waits for index", Limits(linger=0.25), stateful=True)
DERIVE = Stage("derive", INDEXED, DERIVED, "indexed", Limits(events=200, linger=2.0))
ALERT = Stage("alert", DERIVED, ALERTS, "indexed", Limits(events=200, linger=0.5))
# Several at once, since an unresponsive webhook takes long.
DELIVER = Stage("deliver", ALERTS, None, "waits for delivery", Limits(events=20, size=1 << 20, linger=0.05), at_once=8)

STAGES = {stage.name: stage for stage in (PARSE, DESK, ANNOTATE, INDEX, DERIVE, ALERT, DELIVER)}
STORY_TOPICS = (RAW, STORIES, EDITED, ANNOTATED)
"""The topics a story passes before it is indexed; ``wire replay`` can start from any of them."""
_URGENT = "wire.urgent."
_TWINS = {name: name.replace("wire.", _URGENT, 1) for name in STORY_TOPICS}
TOPICS = (RAW, STORIES, EDITED, ANNOTATED, INDEXED, DERIVED, ALERTS, DEAD, *_TWINS.values())


def twin_of(topic: str) -> str:
    """Return the urgent twin of a topic, or the topic itself if it has none."""
    return _TWINS.get(topic, topic)


def is_urgent(topic: str) -> bool:
    """Return whether this is an urgent twin."""
    return topic.startswith(_URGENT)


def routine(topic: str) -> str:
    """Return the topic whose twin this is, or the topic itself."""
    return topic.replace(_URGENT, "wire.", 1) if is_urgent(topic) else topic
