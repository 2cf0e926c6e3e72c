"""A worker of the stage annotate whose language processes sleep. See ``bench.scaling``."""

from pipeline.settings import load
from pipeline.topics import ANNOTATE
from pipeline.workers.runtime.worker import run
from pipeline.workers.stages import annotate

if __name__ == "__main__":
    annotate._PROCESS = "bench.sleeping_process"
    run([ANNOTATE], load())
