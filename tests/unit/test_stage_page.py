"""The page about stages adds one as an example; here it is added, to a copy of the project."""

import re
import shutil
import subprocess
import sys

import yaml

from tests.conftest import ROOT

_BLOCK = re.compile(r"^```python (\S+)\n(.*?)^```$", re.S | re.M)


def test_the_example_works_as_it_is_told(tmp_path):
    for name in ("pipeline", "deploy", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "models", "data"))
    for name in ("docker-compose.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    blocks = dict(_BLOCK.findall((ROOT / "docs" / "stages.md").read_text()))
    assert len(blocks) == 3
    for path, code in blocks.items():
        with (tmp_path / path).open("a") as file:
            file.write(code)
    for command in (["-m", "deploy.generate"], ["-m", "pytest", "-q", "-n0", "tests/unit/test_count.py"]):
        subprocess.run([sys.executable, *command], cwd=tmp_path, check=True, capture_output=True)
    services = yaml.safe_load((tmp_path / "docker-compose.yml").read_text())["services"]
    assert services["count"]["command"] == ["worker", "count"]
    program = (
        "from pipeline import topics; from pipeline.cli.trace import _LABELS; "
        "print(topics.STAGES['count'].number, topics.ANNOTATE.number, _LABELS['edited'], _LABELS['counted'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == ("2 3 on wire.edited: counts, waits for count on wire.counted: counted, waits for annotate\n")
