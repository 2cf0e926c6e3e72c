"""Match newly indexed stories against saved searches, and notify whoever asked."""
