"""What the desk is given and what it decides, as values."""

from dataclasses import dataclass
from datetime import timedelta

from pipeline.annotations import Value
from pipeline.state.record import Record, Replacement
from pipeline.story import Story


@dataclass(frozen=True)
class Policy:
    """``folds``: fold a copy into its original instead of passing it on. ``keep``: the retention of the topics."""

    folds: bool = True
    keep: timedelta = timedelta(days=7)


POLICY = Policy()
"""The default."""


class Comparison(Value):
    """The result of comparing a story with others: its original if it is a copy, its storyline, and the stories of
    its own feed that it is an update of (``earlier``) or that are updates of it (``replacedby``).
    """

    duplicateof: str | None = None
    storyline: str | None = None
    earlier: tuple[str, ...] = ()
    replacedby: tuple[Replacement, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What becomes of a version: passed on as ``story``, or ``dropped`` for a reason.

    ``record`` is the new record; whoever passes something on raises its revision. ``resend`` is the coordinate of a
    version to pass on once more, because what is indexed with it has changed (or had, before a worker died).
    ``notify`` lists the stories whose records depend on this one. With ``again`` the message's own story must be
    decided about again, because what its record says of this one has changed.
    """

    record: Record
    story: Story | None = None
    dropped: str | None = None
    resend: str | None = None
    notify: tuple[str, ...] = ()
    again: bool = False
