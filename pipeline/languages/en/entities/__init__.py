"""Find the entities of a story: recognise names, correct them, group mentions, locate places."""
