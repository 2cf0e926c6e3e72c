"""Apache Kafka and Elasticsearch on this machine, from their published jars, on a Java that comes as a package.

``locate``         which servers a command uses: those of the settings, or the local ones
``servers``        the local servers of one data directory: start side by side, publish, stop
``kafka``, ``elasticsearch``   how each is configured and started
``process``        a Java server process: start, wait until it answers, stop
``jars``           the jars, locked by hash in ``jars.lock``, fetched once into the user's cache
``preflight``      what a data directory and this machine must offer before anything starts
``java/``          the two launchers and the analysis plugin: sources, and the jars compiled from them
"""
