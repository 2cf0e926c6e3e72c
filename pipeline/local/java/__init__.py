"""What runs on Java: sources, what is compiled from them, and how."""
