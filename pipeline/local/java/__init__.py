"""What runs on Java: the sources, the compiled jars, and how to compile them."""
