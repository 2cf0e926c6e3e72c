"""Give memory back to the system."""

import ctypes

_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)


def release() -> None:
    """Give back what was freed, which glibc keeps for each thread that once needed it; other systems do so alone."""
    if _TRIM:
        _TRIM(0)
