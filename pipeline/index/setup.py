"""Create the templates, and the indices that must exist before they are read."""

from typing import Any

from elasticsearch import BadRequestError

from pipeline.desk.record_mapping import INDEX as RECORDS
from pipeline.documents.analysis import TEXT, without_analysis
from pipeline.documents.kinds import KINDS
from pipeline.elasticsearch.client import Client
from pipeline.index.index_names import ALERTS, DECISIONS, IDENTITIES, MATCHES, METRICS, NAMES
from pipeline.index.templates import KEEP_DELETES, templates
from pipeline.settings import Elasticsearch


def ensure(client: Client, settings: Elasticsearch) -> list[str]:
    """Create or update the templates, and add new fields and settings to existing indices. Safe to repeat.

    Returns the names of the templates. Without this, a strict mapping of an earlier version would reject the
    documents of this one.
    """
    made = templates(settings)
    for name, template in made.items():
        client.indices.put_index_template(name=name, **template)
    for name in (*(kind.alias for kind in KINDS), METRICS, MATCHES):
        alias = client.named(name)
        if client.indices.exists_alias(name=alias):
            _add_fields(client, alias, made[client.named(f"wire-{name}")]["template"]["mappings"]["properties"])
            client.indices.put_settings(index=alias, settings={"index.gc_deletes": KEEP_DELETES})
    for index in map(client.named, (RECORDS, ALERTS, IDENTITIES, DECISIONS, NAMES)):
        if client.indices.exists(index=index):
            _add_fields(client, index, made[index]["template"]["mappings"]["properties"])
        else:
            _create(client, index)
    return list(made)


def _add_fields(client: Client, name: str, properties: dict[str, Any]) -> None:
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
