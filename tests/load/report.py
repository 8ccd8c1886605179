"""What was measured, as a table, as JSON and as pictures."""

import dataclasses
import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pygal  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from tests.load.cases import Ratio, Result

LIBRARIES = ("fastapi", "uvicorn", "asyncpg", "sqlalchemy", "httptools")


def as_json(results: Sequence[Result], ratios: Sequence[Ratio], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Everything but the single times."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), **_versions()},
        "settings": dict(settings),
        "results": [
            {
                "case": each.case,
                "connections": each.connections,
                "per_second": _spread([found.per_second for found in each.rounds]),
                "p50_ms": round(each.percentile(50), 2),
                "p99_ms": round(each.percentile(99), 2),
                "requests": sum(len(found.milliseconds) for found in each.rounds),
                "cpu_ms_per_request": {name: round(spent, 3) for name, spent in each.cpu_milliseconds().items()},
                "drained": each.drained,
            }
            for each in results
        ],
        "ratios": [dataclasses.asdict(each) for each in ratios],
    }


def show(console: Console, results: Sequence[Result], ratios: Sequence[Ratio]) -> None:
    """Three tables."""
    table = Table("case", "at once", "req/s median", "min to max", "p50 ms", "p99 ms", title="Rounds in turn, one run")
    for each in results:
        spread = _spread([found.per_second for found in each.rounds])
        table.add_row(
            each.case,
            str(each.connections),
            f"{spread['median']:.0f}",
            f"{spread['least']:.0f} to {spread['most']:.0f}",
            f"{each.percentile(50):.2f}",
            f"{each.percentile(99):.2f}",
        )
    console.print(table)
    table = Table("ratio", "at once", "median", "min to max", title="Ratios, round by round")
    for ratio in ratios:
        spread_text = f"{ratio.least:.3f} to {ratio.most:.3f}"
        table.add_row(
            f"{ratio.subject} ÷ {ratio.yardstick}", str(ratio.connections), f"{ratio.median:.3f}", spread_text
        )
    console.print(table)
    subjects = [each for each in results if each.cpu]
    table = Table("process", *(f"{each.case}, {each.connections}" for each in subjects), title="CPU ms a request")
    for name in _processes(subjects):
        table.add_row(name, *(f"{each.cpu_milliseconds().get(name, 0):.3f}" for each in subjects))
    table.add_row("all", *(f"{sum(each.cpu_milliseconds().values()):.3f}" for each in subjects))
    console.print(table)
    for late in (each for each in results if not each.drained):
        console.print(f"{late.case}, {late.connections} at once: the work behind the answers was not done in time.")


def write(folder: Path, results: Sequence[Result], ratios: Sequence[Ratio], settings: Mapping[str, Any]) -> list[Path]:
    """load.json, ratios.svg, cpu.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "load.json"
    told.write_text(json.dumps(as_json(results, ratios, settings), indent=1) + "\n", "utf-8")
    pictures = [folder / "ratios.svg", folder / "cpu.svg"]
    _ratios_chart(ratios).render_to_file(str(pictures[0]))
    _cpu_chart([each for each in results if each.cpu]).render_to_file(str(pictures[1]))
    return [told, *pictures]


def _ratios_chart(ratios: Sequence[Ratio]) -> pygal.Bar:
    widths = sorted({each.connections for each in ratios})
    chart = pygal.Bar(title="Ratio of requests per second, median of the rounds", legend_at_bottom=True, js=[])
    chart.x_labels = [f"{width} at once" for width in widths]
    for name in dict.fromkeys((each.subject, each.yardstick) for each in ratios):
        found = {each.connections: each.median for each in ratios if (each.subject, each.yardstick) == name}
        chart.add(f"{name[0]} ÷ {name[1]}", [found.get(width) for width in widths])
    return chart


def _cpu_chart(subjects: Sequence[Result]) -> pygal.HorizontalStackedBar:
    chart = pygal.HorizontalStackedBar(title="CPU milliseconds a request, by process", legend_at_bottom=True, js=[])
    chart.x_labels = [f"{each.case}, {each.connections}" for each in subjects]
    for name in _processes(subjects):
        chart.add(name, [round(each.cpu_milliseconds().get(name, 0), 3) for each in subjects])
    return chart


def _processes(subjects: Sequence[Result]) -> list[str]:
    """Those that did anything, the busiest first."""
    total: dict[str, float] = {}
    for each in subjects:
        for name, spent in each.cpu_milliseconds().items():
            total[name] = total.get(name, 0) + spent
    return sorted((name for name in total if total[name] > 0.005), key=lambda name: -total[name])


def _spread(values: Sequence[float]) -> dict[str, float]:
    found = {"median": statistics.median(values), "least": min(values), "most": max(values)}
    return {name: round(value, 1) for name, value in found.items()}


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}
