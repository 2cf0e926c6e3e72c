"""The stages, a module each, by the name that ``pipeline.topics`` gives it.

    wire.raw ─ parse ─► wire.stories ─ desk ─► wire.edited ─ annotate ─► wire.annotated ─ index ─► Elasticsearch
    wire.indexed ─ alert ─► wire.alerts ─ deliver ─► webhooks, mailboxes

Each has a function ``handler(context) -> Handler``; see ``pipeline.workers.contract``.
"""
