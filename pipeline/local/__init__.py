"""Run Apache Kafka and Elasticsearch on this machine, from their published jars, on a Java that comes as a package.

``servers``        the local servers of one data directory: start side by side, publish, stop
``kafka_server``, ``elasticsearch_server``   how each is configured and started
``java_process``   a Java server process: start, wait until it answers, stop
``jars``           the jars, locked by hash in ``jars.lock``, downloaded once into the user's cache
``preflight``      checks of the data directory and the machine before anything starts
``java/``          the two launchers and the analysis plugin: sources, and the jars compiled from them
"""
