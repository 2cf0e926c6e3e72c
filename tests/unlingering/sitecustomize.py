"""Let no batch of a stage wait for more events; Python imports this module first where it finds it on its path.

A test feeds a few stories and waits for what becomes of them: three seconds of each wait would be for stories that
never come. ``tests/unit/test_runtime.py`` shows what lingering does.
"""

from pipeline.topics import STAGES

for stage in STAGES.values():
    object.__setattr__(stage, "limits", stage.limits._replace(linger=0.02))
