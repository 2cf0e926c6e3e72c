"""Run the stages: each stage is a function, and one runtime runs all of them.

``contract`` defines a stage. ``stages`` has one module per stage. ``runtime`` is the only package that knows Faust:
it does batching, outcomes, offsets, retries, dead letters, metrics and stall detection. ``language`` runs spaCy in
processes beside the event loop. ``signatures`` compares stories with earlier ones.
"""
