"""Connect to Kafka, and use it outside of the stages: create topics, send, read, and measure consumer lag."""
