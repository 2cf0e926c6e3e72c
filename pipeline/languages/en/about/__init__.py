"""What a story is about: its topics, the country in which it plays, and who matters in it."""
