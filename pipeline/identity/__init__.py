"""Decide which names of different stories are one thing, from what all the stories say."""
