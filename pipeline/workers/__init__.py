"""One small Faust app a stage; the only package that knows Faust.

``agents`` has the four of them, and with ``pipeline.topics`` the whole topology. Around them:
``app`` (how an app is made), ``batches`` (events in batches), ``settle`` (every event ends in an
output or a dead letter before it is acknowledged), ``ledger`` (acknowledged in order),
``language_pool`` (spaCy beside the loop).
"""
