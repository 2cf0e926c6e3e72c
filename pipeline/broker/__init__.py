"""Use Kafka outside of the stages: create topics, send, read, and measure consumer lag."""
