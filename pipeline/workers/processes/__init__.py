"""Do work that may kill or stall its process in processes of its own, beside the event loop."""
