"""What is deployed for each stage, and the dashboards as files: python -m deploy.generate."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from deploy import grafana
from pipeline import __version__
from pipeline.kibana.objects import ndjson, objects
from pipeline.settings import Monitor
from pipeline.topics import STAGES

FOLDER = Path(__file__).parent
MANIFESTS = FOLDER / "kubernetes" / "stages.yaml"
KIBANA = FOLDER / "kibana" / "wire.ndjson"
GRAFANA = FOLDER / "grafana" / "wire-pipeline.json"
COMPOSE = FOLDER.parent / "docker-compose.yml"
_BEGIN = "  # Stages: made of pipeline/topics.py by `make deploy`.\n"
_END = "  # End of stages.\n"


def files() -> dict[Path, str]:
    """Return the files as they have to be."""
    templates = Environment(  # noqa: S701 - it makes YAML of our own values
        loader=FileSystemLoader(FOLDER), trim_blocks=True, keep_trailing_newline=True
    )
    given = {"stages": STAGES.values(), "port": Monitor().port, "version": __version__}
    services = templates.get_template("services.yaml.j2").render(given)
    before, _, rest = COMPOSE.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return {
        MANIFESTS: templates.get_template("stages.yaml.j2").render(given),
        KIBANA: ndjson(objects()),
        GRAFANA: grafana.text(),
        COMPOSE: f"{before}{_BEGIN}{services}{_END}{after}",
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)
