"""Ports: remembered where possible, new where somebody took them, never one twice."""

import json
import socket
from pathlib import Path

from mpp_cli import ports


def test_each_name_gets_a_port_of_its_own_and_it_is_remembered(tmp_path: Path) -> None:
    names = [f"service-{index}" for index in range(20)]
    first = ports.choose(names, tmp_path / "ports.json")
    assert len(set(first.values())) == 20
    assert ports.choose(names, tmp_path / "ports.json") == first


def test_a_port_that_somebody_took_is_replaced_and_only_that_one(tmp_path: Path) -> None:
    first = ports.choose(["a", "b"], tmp_path / "ports.json")
    with socket.create_server(("127.0.0.1", first["a"])):
        second = ports.choose(["a", "b"], tmp_path / "ports.json")
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
    assert {*first.values(), *second.values()} <= set(ports.OURS)
    assert json.loads((tmp_path / "ports.json").read_text()) == second


def test_a_damaged_memory_is_no_obstacle(tmp_path: Path) -> None:
    for damaged in ('{"a": 12', "[1]", '{"a": "x"}', ""):
        (tmp_path / "ports.json").write_text(damaged)
        assert ports.choose(["a"], tmp_path / "ports.json")["a"] > 0
