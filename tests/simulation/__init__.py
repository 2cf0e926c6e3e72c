"""Simulate the path from ``wire.raw`` to the indices without Kafka, Elasticsearch, Faust, spaCy, threads or a clock.

The stages and the runtime are the real ones. A seed decides which items come in, which messages are delayed,
repeated, lost or refused, and which worker dies at which await; the same seed always gives the same run. ``loop``
is an event loop with simulated time, ``kafka`` and ``elasticsearch`` are the servers, ``system`` runs the workers,
``scenario`` makes the items, and ``laws`` checks the result.

    python -m tests.simulation --seeds 1000000     the long form: make simulate
"""
