"""Shuffled streams on real servers: the order of arrival, a restart and a replay make no difference to identities."""
