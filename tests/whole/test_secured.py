"""TLS, SCRAM, API keys and passwords; secrets never appear in any output."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.corpus import stories
from tests.conftest import ROOT
from tests.servers import USER, Pair
from tests.servers.certificates import PASSWORD, Authority
from tests.servers.guard import Guard
from tests.whole.command import COMMAND
from tests.whole.conftest import Wire, eventually

API_KEY = "cGxhbnRlZDprZXktMTkzNzQ1"
ELASTIC_PASSWORD = "planted-es-552901"
WRONG = "planted-wrong-771203"
SECRETS = (PASSWORD, API_KEY, ELASTIC_PASSWORD, WRONG)


class Secured:
    """The servers' secured listeners, and the settings to use them."""

    def __init__(self, servers: Pair, authority: Authority, folder: Path) -> None:
        self.stranger = Authority(folder / "stranger")
        certificate, key = authority.sign("guard")
        self.guard = Guard(servers.elasticsearch.port, certificate, key, API_KEY, "wire", ELASTIC_PASSWORD)
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        (self.secrets / "kafka__password").write_text(PASSWORD)
        (self.secrets / "elasticsearch__api_key").write_text(API_KEY)
        self.environment = servers.installation("secured") | {
            "WIRE_SECRETS": str(self.secrets),
            "WIRE_KAFKA__BOOTSTRAP_SERVERS": servers.kafka.secured,
            "WIRE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
            "WIRE_KAFKA__USERNAME": USER,
            "WIRE_KAFKA__CA_FILE": str(authority.certificate),
            "WIRE_KAFKA__DELIVERY_TIMEOUT": "2",
            "WIRE_ELASTICSEARCH__HOSTS": self.guard.address,
            "WIRE_ELASTICSEARCH__CA_FILE": str(authority.certificate),
        }


@pytest.fixture(scope="module")
def secured(servers: Pair, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    found = Secured(servers, authority, tmp_path_factory.mktemp("secured"))
    yield found
    found.guard.close()


def run(secured: Secured, folder: Path, *words: str, code: int, **env: str) -> str:
    """Run a command, and return both outputs."""
    done = Wire(folder)(*words, code=code, env=secured.environment | env)
    return (done.stdout + done.stderr).decode()


class TestLetIn:
    def test_producers_workers_and_searches_connect_and_disclose_no_secret(self, secured, tmp_path):
        said = run(secured, tmp_path, "setup", code=0)
        feed = tmp_path / "stories.jsonl"
        feed.write_text("\n".join(json.dumps(story) for story in stories(5)))
        log = tmp_path / "workers.log"
        with log.open("wb") as output:
            workers = subprocess.Popen(
                [*COMMAND, "worker"], stdout=output, stderr=output, cwd=ROOT,
                env=os.environ | secured.environment | {"WIRE_DATA_DIR": str(tmp_path)},
            )  # fmt: skip
        try:
            said += run(secured, tmp_path, "feed", str(feed), code=0)
            eventually(lambda: json.loads(run(secured, tmp_path, "search", "--json", code=0))["total"] == 5)
            said += run(secured, tmp_path, "status", code=0) + run(secured, tmp_path, "status", "--json", code=0)
            titles = [" ".join(process.cmdline()) for process in psutil.Process(workers.pid).children(recursive=True)]
            assert len(titles) >= 5
        finally:
            workers.terminate()
            assert workers.wait(20) == 0
        output = said + log.read_text() + " ".join(titles)
        assert not [secret for secret in SECRETS if secret in output]

    def test_a_password_instead_of_an_api_key(self, secured, tmp_path):
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "kafka__password").write_text(PASSWORD)
        env = {"WIRE_SECRETS": str(tmp_path / "secrets"), "WIRE_ELASTICSEARCH__USERNAME": "wire"}
        run(secured, tmp_path, "status", code=0, **env, WIRE_ELASTICSEARCH__PASSWORD=ELASTIC_PASSWORD)


class TestKeptOut:
    """Each connection is refused within seconds, with a message that says why and hides the secret."""

    @pytest.mark.parametrize("command", [["setup"], ["feed", "seeds/"], ["worker", "parse"], ["status"]])
    def test_a_wrong_kafka_password(self, secured, tmp_path, command):
        said = run(secured, tmp_path, *command, code=2, WIRE_KAFKA__PASSWORD=WRONG)
        assert f"rejects user '{USER}'" in said
        assert WRONG not in said

    @pytest.mark.parametrize("command", [["setup"], ["feed", "seeds/"], ["worker", "parse"]])
    def test_a_broker_whose_certificate_is_not_trusted(self, secured, tmp_path, command):
        said = run(secured, tmp_path, *command, code=2, WIRE_KAFKA__CA_FILE=str(secured.stranger.certificate))
        assert "certificate that is not trusted" in said
        assert "kafka.ca_file" in said

    @pytest.mark.parametrize("command", [["search", "x"], ["status"], ["setup"]])
    def test_a_wrong_api_key(self, secured, tmp_path, command):
        said = run(secured, tmp_path, *command, code=3, WIRE_ELASTICSEARCH__API_KEY=WRONG)
        assert "rejects the credentials" in said.replace("\n", " ")
        assert WRONG not in said

    @pytest.mark.parametrize("command", [["search", "x"], ["setup"]])
    def test_an_elasticsearch_whose_certificate_is_not_trusted(self, secured, tmp_path, command):
        stranger = str(secured.stranger.certificate)
        said = run(secured, tmp_path, *command, code=3, WIRE_ELASTICSEARCH__CA_FILE=stranger)
        assert "certificate" in said.lower()

    def test_a_certificate_that_cannot_be_read(self, secured, tmp_path):
        assert "kafka.ca_file" in run(secured, tmp_path, "status", code=2, WIRE_KAFKA__CA_FILE="/nowhere.pem")


class TestSettingsThatHoldSecrets:
    @pytest.mark.parametrize(
        "env",
        [
            {"WIRE_KAFKA__PASSWORD": WRONG, "WIRE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL"},
            {"WIRE_ELASTICSEARCH__HOSTS": f"http://wire:{WRONG}@localhost:9200"},
            {"WIRE_ELASTICSEARCH__API_KEY": WRONG, "WIRE_ELASTICSEARCH__USERNAME": "wire"},
            {"WIRE_PUSH__TOKENS": WRONG},
        ],
    )
    def test_are_rejected_without_disclosing_them(self, tmp_path, env):
        said = Wire(tmp_path)("status", code=2, env=env).stderr.decode()
        assert said.startswith("wire: ")
        assert WRONG not in said
