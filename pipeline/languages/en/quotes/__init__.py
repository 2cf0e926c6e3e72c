"""Find the quotes of a story: quoted and reported speech, its cues, and its speakers."""
