"""The workers: a stage is a function, and one runtime runs all of them.

``contract`` says what a stage is; ``stages`` has one module for each; ``runtime`` is the one place
that knows Faust: batches, outcomes, offsets, retries, dead letters, metrics, stalls. ``language``
runs spaCy in processes beside the event loop, ``signatures`` compares stories with earlier ones.
"""
