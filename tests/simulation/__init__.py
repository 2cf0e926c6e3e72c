"""The whole path from ``wire.raw`` to the indices, simulated: no Kafka, Elasticsearch, Faust, spaCy, threads or clock.

The stages and the runtime are the real ones. A seed decides what comes in, when what is delivered,
repeated, lost, late or refused, and which worker dies at which await; the same seed does the same
again. ``loop`` is an event loop whose time is simulated, ``kafka`` and ``elasticsearch`` are the
servers, ``system`` runs the workers, ``scenario`` makes the items and ``laws`` say what must hold.

    python -m tests.simulation --seeds 1000000     the long form: make simulate
"""
