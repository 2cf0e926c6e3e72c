"""Say whether all is well, and what to do if not, from the state that ``wire status`` gathers."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline import topics

_LEAST_FREE = 0.1
"""The share of the disk below which Elasticsearch soon takes no new shards, and later refuses writes."""
_PATIENCE = 60.0
"""Seconds that an item may wait without anybody having to look."""
_FAILED = 3
"""Polls in a row that fail before a feed counts as out of reach."""


class Problem(NamedTuple):
    """What is wrong, and what to do."""

    what: str
    todo: str


def sentence(state: Mapping[str, Any], found: list[Problem]) -> str:
    """Return one sentence that says whether all is well."""
    if found:
        return f"{found[0].what}." if len(found) == 1 else f"{len(found)} things need attention."
    feeds = len(state["feeds"])
    live = f", {feeds} {'feed sends' if feeds == 1 else 'feeds send'}" if feeds else ""
    return f"All is well: {state.get('stories', 0):,} stories are searchable{live}, and nothing waits for you."


def problems(state: Mapping[str, Any]) -> list[Problem]:
    """Return all problems, those that stop everything first."""
    return [*_servers(state), *_stages(state), *_feeds(state), *_left(state)]


def _servers(state: Mapping[str, Any]) -> Iterator[Problem]:
    for name, title in (("kafka", "Kafka"), ("elasticsearch", "Elasticsearch")):
        server = state[name]
        if server["state"] == "away":
            todo = f"Start it at {server['address']}, or name another with --{name}. Stories wait; none is lost."
            yield Problem(f"{title} does not respond", todo)
        elif server["state"] != "up":
            yield Problem(f"{title} refuses writes", f"{server['reason']}. Stories wait; none is lost.")
    free = state["elasticsearch"].get("disk_free", 1.0)
    if free < _LEAST_FREE:
        yield Problem(f"Elasticsearch has {free:.0%} of its disk free", "Free its disk, or add a node.")


def _stages(state: Mapping[str, Any]) -> Iterator[Problem]:
    run = {each["stage"] for each in state.get("processes", ())}
    for stage in topics.STAGES if "processes" in state else ():
        if stage not in run and state.get("lag", {}).get(stage):
            messages = state["lag"][stage]
            waiting = "1 message waits" if messages == 1 else f"{messages:,} messages wait"
            yield Problem(f"{waiting} for {stage}, and no worker of it reports", f"Run `wire worker {stage}`.")
    for stage, why in state.get("waiting", {}).items():
        yield Problem(f"{stage} waits: {why}", "It goes on by itself once the cause is gone.")
    oldest = state.get("oldest")
    if oldest and oldest["seconds"] > _PATIENCE and oldest["stage"] in run:
        what = f"The oldest item has waited {oldest['seconds'] / 60:.0f} min for {oldest['stage']}"
        yield Problem(what, f"If this grows, add workers: `wire worker {oldest['stage']}` on any machine.")


def _feeds(state: Mapping[str, Any]) -> Iterator[Problem]:
    for feed in state["feeds"]:
        if feed.get("failures", 0) >= _FAILED:
            what = f"The feed {feed['name']} failed {feed['failures']} times in a row"
            yield Problem(what, f"{feed.get('error', 'The last poll failed')}. See `wire feeds` and its log.")
        elif feed["silent"]:
            yield Problem(f"The feed {feed['name']} is silent", "Ask its sender, or see its log.")


def _left(state: Mapping[str, Any]) -> Iterator[Problem]:
    if dead := state.get("dead"):
        what = "1 item is in the dead-letter queue" if dead == 1 else f"{dead:,} items are in the dead-letter queue"
        yield Problem(what, "See why with `wire dead list`, then `wire dead replay` or `wire dead drop`.")
    if orders := state.get("orders"):
        what = "1 order waits for a person" if len(orders) == 1 else f"{len(orders)} orders wait for a person"
        yield Problem(what, f"Such as `{orders[0]['command']}`.")
