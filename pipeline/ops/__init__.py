"""What operators need: status, dead letters, tokens, and the metrics endpoint of a process."""
