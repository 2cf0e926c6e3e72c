"""Run any stage on Faust; nothing outside this package imports Faust.

``worker`` builds everything, ``processor`` runs a stage, ``app`` and ``faust_*`` adapt Faust.
"""
