"""Decide which stories belong together, as an editor does."""

from datetime import UTC, datetime
from typing import Any

from pipeline import topics
from pipeline.derive import decision_store
from pipeline.derive.decisions import Decision, DecisionKind
from pipeline.elasticsearch.client import connect
from pipeline.errors import ConfigurationError
from pipeline.kafka.sender import Sender
from pipeline.locate import Servers
from pipeline.search.stories import story
from pipeline.story import Indexed


def decide(
    servers: Servers, kind: DecisionKind, uri: str, by: str, *, other: str | None = None, why: str = ""
) -> Decision:
    """Store the decision, and have the stories derived anew.

    Raises ConfigurationError if there is no such story; KafkaUnavailable or ElasticsearchUnavailable, after which a
    repetition completes it.
    """
    if other == uri:
        raise ConfigurationError(f"{uri}: a story cannot be joined with itself")
    with connect(servers.elasticsearch) as client:
        before = {name for each in decision_store.read(client, [uri]) for name in (each.uri, each.other) if name}
        known = {each: story(client, each) for each in {uri, *before, *([other] if other else [])}}
        for name in (uri, other):
            if name and known[name] is None:
                raise ConfigurationError(f"{name}: no such story can be found (wire trace {name} says where it is)")
        found = {name: document for name, document in known.items() if document}
        more: dict[str, Any] = {"other": other, "otherfirstcreated": found[other]["firstcreated"]} if other else {}
        about = {"decision": kind, "uri": uri, "firstcreated": found[uri]["firstcreated"], **more}
        decision = Decision.checked(**about, by=by, at=datetime.now(UTC), why=why.strip() or None)
        decision_store.store(client, decision)
    with Sender(servers.kafka) as sender:
        for name, document in found.items():
            fields = {field: document[field] for field in ("version", "versioncreated", "firstcreated")}
            notice = Indexed(uri=name, ishistory=True, **fields)
            sender.send(topics.INDEXED, name.encode(), notice.model_dump_json().encode(), ())
        sender.finish()
    return decision
