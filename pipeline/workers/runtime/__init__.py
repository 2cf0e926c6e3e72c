"""The one runtime of all stages, and the one place that knows Faust.

``worker`` puts it together, ``processor`` runs a stage, ``app`` and ``faust_*`` are Faust's side of it.
"""
