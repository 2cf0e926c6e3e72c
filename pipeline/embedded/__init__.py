"""Kafka and Elasticsearch on this machine, for the first minute: noida-db, and the cures for it.

Everything that is so only because of the embedded server is in this package:

- Its console script is a wrapper that leaves the server running: ``servers`` runs the binary in a
  process group of its own, and ends the group.
- It answers an empty fetch at once, so that clients spin: ``cures.pace_fetches`` makes them wait.
- It never expires a dead group member: ``cures.lease_member`` gives workers stable names, under
  which a restarted worker takes its partitions back, and removes those that leave for good.
- It makes what was indexed searchable only once somebody has searched: ``cures.keep_findable`` has it done
  every second.
"""
