"""What stands in for Kibana, which cannot run here: its requests, what it accepts, and its import."""
