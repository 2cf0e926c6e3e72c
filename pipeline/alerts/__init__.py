"""Saved searches that are watched: what is newly indexed is matched, and whoever wants to know is told."""
