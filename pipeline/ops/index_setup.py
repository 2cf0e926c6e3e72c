"""Create the index templates, and the indices that must exist before they are read."""

from collections.abc import Mapping
from typing import Any

from elasticsearch import BadRequestError

from pipeline.alerts.delivery_log import MATCHES
from pipeline.alerts.saved_searches import ALERTS
from pipeline.derive.decision_store import DECISIONS
from pipeline.documents.analysis import TEXT, without_analysis
from pipeline.elasticsearch.client import Client
from pipeline.identity.indexed.correcting import IDENTITIES
from pipeline.identity.indexed.name_store import NAMES
from pipeline.index.metrics_recorder import METRICS
from pipeline.index.templates import KEEP_DELETES, OF_KINDS, RECORDS, templates
from pipeline.settings import Elasticsearch

INDICES = (*OF_KINDS, METRICS, MATCHES, RECORDS, ALERTS, IDENTITIES, DECISIONS, NAMES)


def ensure(client: Client, settings: Elasticsearch) -> list[str]:
    """Create or update the templates, and add new fields and settings to existing indices. Safe to repeat.

    Returns the names of the templates. Without this, a strict mapping of an earlier version would reject the
    documents of this one.
    """
    made = templates(INDICES, settings)
    for name, template in made.items():
        client.indices.put_index_template(name=name, **template)
    for mapping in INDICES:
        name = client.named(mapping.name)
        if mapping.by_time:
            if client.indices.exists_alias(name=name):
                _add_fields(client, name, mapping.fields)
                client.indices.put_settings(index=name, settings={"index.gc_deletes": KEEP_DELETES})
        elif client.indices.exists(index=name):
            _add_fields(client, name, mapping.fields)
        else:
            _create(client, name)
    return list(made)


def _add_fields(client: Client, name: str, properties: Mapping[str, Any]) -> None:
    """Add new fields to the indices of this name; those of an earlier version keep their analyzers until a reindex."""
    for index, found in client.indices.get_settings(index=name).items():
        has_analysis = TEXT in found["settings"]["index"].get("analysis", {}).get("analyzer", {})
        client.indices.put_mapping(index=index, properties=properties if has_analysis else without_analysis(properties))


def _create(client: Client, index: str) -> None:
    try:
        client.indices.create(index=index)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
