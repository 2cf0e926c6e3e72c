"""Detect copies of a story, and stories on the same topic."""
