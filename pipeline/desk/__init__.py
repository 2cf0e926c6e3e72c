"""What tells copies of a story, and stories about the same matter, from others."""
