"""Running an installation: its status, its dead letters, who may push, and what a process tells of itself."""
