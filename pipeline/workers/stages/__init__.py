"""The stages, one module each, under the name that ``pipeline.topics`` gives it.

    wire.raw ─ parse ─► wire.stories ─ desk ─► wire.edited ─ annotate ─► wire.annotated ─ index ─► Elasticsearch
    wire.indexed ─ derive ─► wire.derived ─ alert ─► wire.alerts ─ deliver ─► webhooks, mailboxes

Each defines ``handler(context) -> Handler``; see ``pipeline.workers.contract``.
"""
