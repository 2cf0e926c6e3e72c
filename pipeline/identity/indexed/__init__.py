"""Learn from the indexed stories whom names mean, store it with people's corrections, and write it into the stories.

``naming`` learns from what arrives, ``spreading`` writes the stories that a lesson or a correction changes,
``correcting`` stores corrections, ``word_store`` and ``name_store`` what is learned.
"""
