"""Serve as a parse process: pickled items in, pickled outcomes out; it is our own process that wrote them."""

import pickle
from collections.abc import Sequence

import structlog

from pipeline import formats
from pipeline.clean import clean
from pipeline.errors import NoStory, PermanentError
from pipeline.story import RawStory, is_urgent
from pipeline.workers.contract import Done, Outcome, Send
from pipeline.workers.processes.serving import Work, serve

log = structlog.get_logger()


def prepare() -> Work:
    """Return what parses."""
    return parsed


def parsed(values: Sequence[bytes]) -> list[bytes]:
    """Return the outcome of each item: its clean story, or why there is none."""
    return [_pickled(_outcome(pickle.loads(value))) for value in values]  # noqa: S301 - of our own worker


def _outcome(item: RawStory) -> Outcome:
    try:
        story = clean(formats.parse(item))
        return Send(story.uri, story.model_dump_json().encode(), urgent=is_urgent(story))
    except NoStory as error:
        return Done(str(error))
    except PermanentError as error:
        return error
    except Exception as error:  # whatever one item brings about is its own affair
        log.exception("item_unreadable", uri=item.uri)
        return error


def _pickled(outcome: Outcome) -> bytes:
    """Return the outcome for the pipe; libraries' errors that cannot be sent are sent as their words."""
    try:
        value = pickle.dumps(outcome)
        pickle.loads(value)  # noqa: S301 - our own
    except Exception as error:  # noqa: BLE001 - any may be raised
        return pickle.dumps(RuntimeError(f"{outcome!r} ({error})"))
    return value


if __name__ == "__main__":
    serve(prepare)
