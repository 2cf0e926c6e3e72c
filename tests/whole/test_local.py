"""``wire up`` on local servers: started, stopped, killed, found again; nothing is lost and nothing stays behind."""

import json
import socket
from pathlib import Path

import psutil
import pytest

from bench.corpus import stories
from tests.conftest import UPI
from tests.whole.conftest import Wire, eventually, lives, running

COUNT = 40
QUICK = {"WIRE_MONITOR__PORT": "0", "WIRE_KAFKA__COMMIT_INTERVAL": "0.1"}


def launchers(folder: Path) -> list[str]:
    """The servers that run on this data directory."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or ())
        if "wire.launcher." in command and str(process.info["cwd"]).startswith(str(folder)):
            found.append(command.partition("wire.launcher.")[2].partition("Launcher")[0])
    return sorted(found)


def kept(folder: Path) -> dict[str, int]:
    return json.loads((folder / "local.json").read_text())["ports"]


class TestTheirLife:
    def test_what_was_acknowledged_outlives_a_stop_a_kill_of_everything_and_a_port_that_is_taken(self, tmp_path):
        with running(tmp_path, "--port", "0", "--feed", str(UPI), env=QUICK) as wire:
            assert launchers(tmp_path) == ["Elasticsearch", "Kafka"]
            eventually(lambda: wire.search("putin")["total"] == 1)
            state = wire.json("status")
            assert [state[name]["local"] for name in ("kafka", "elasticsearch")] == [True, True]
            assert wire.down() == []
            assert (launchers(tmp_path), (tmp_path / "servers.json").exists()) == ([], False)
            ports = kept(tmp_path)
            wire.up("--port", "0")
            assert kept(tmp_path) == ports
            assert wire.search("putin")["total"] == 1
            fed = list(stories(COUNT))
            wire.feed(*fed)
            for process in [psutil.Process(wire.process.pid), *wire.family()]:
                process.kill()
            wire.process.wait()
            with socket.create_server(("127.0.0.1", ports["elasticsearch"])):
                wire.up("--port", "0")
            assert kept(tmp_path)["elasticsearch"] != ports["elasticsearch"]
            eventually(lambda: wire.count() == COUNT + 1)
            wire.await_idle()
            found = {hit["uri"] for hit in wire.search("--size", "1000")["hits"]}
            assert found == {story["uri"] for story in fed} | {UPI.name}
            assert wire.letters() == []
            told = wire("up", code=2).stderr.decode()
            assert wire.address in told

    def test_beside_a_configured_server_only_the_other_runs_and_it_ends_with_what_started_it(
        self, tmp_path, installation
    ):
        ours = {name: value for name, value in installation.items() if "ELASTICSEARCH" not in name}
        with running(tmp_path, "--port", "0", "--feed", str(UPI), env=ours) as wire:
            assert launchers(tmp_path) == ["Elasticsearch"]
            eventually(lambda: wire.search("putin")["total"] == 1)
            family = wire.family()
            wire.process.kill()
            wire.process.wait()
            eventually(lambda: not any(map(lives, family)))


class TestWhereTheyCannotStart:
    @pytest.mark.parametrize("heap", ["WIRE_LOCAL__KAFKA_HEAP", "WIRE_LOCAL__ELASTICSEARCH_HEAP"])
    def test_the_reason_is_told_and_nothing_is_left_half_started(self, tmp_path, heap):
        done = Wire(tmp_path)("up", "--port", "0", code=3, env={heap: str(1 << 50)})
        assert b"ended while it started" in done.stderr
        assert b"heap" in done.stderr
        assert launchers(tmp_path) == []
        assert not (tmp_path / "servers.json").exists()

    def test_without_a_network_and_with_an_empty_cache_it_says_what_else_there_is(self, tmp_path):
        env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        env |= dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9")
        done = Wire(tmp_path / "data")("up", code=3, env=env)
        assert b"downloading Apache Kafka and Elasticsearch" in done.stderr
        assert b"--kafka HOST:PORT --elasticsearch URL" in done.stderr
        assert b"docker compose" in done.stderr
        assert launchers(tmp_path) == []

    def test_data_of_an_older_wire_are_told(self, tmp_path):
        (tmp_path / "servers").mkdir()
        assert b"wire 0.5 or older" in Wire(tmp_path)("up", code=2).stderr
