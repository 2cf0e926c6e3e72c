"""What a story is about: its topics, the country that it is about, and who matters in it."""
