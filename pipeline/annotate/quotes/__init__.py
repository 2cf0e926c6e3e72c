"""Quotes in a story: what is between marks, what is reported, by which cue, and who said it."""
