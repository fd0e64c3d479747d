#!/usr/bin/env python3
"""headlines.py URL FOLDER: compares the headlines that Superset shows with those of test/bi/headlines.sql, which reads what tools told."""

import math
import os
import subprocess
import sys

import figures


def main(url, folder):
    setting = figures.SETTINGS["none"]
    lines = subprocess.run(
        [
            "psql",
            "-XAtq",
            "-v",
            f"since={setting['since']}",
            "-v",
            f"until={setting['until']}",
            "-f",
            os.path.join(figures.HERE, "headlines.sql"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    wanted = {name: float(figure) for name, figure in (line.split("|") for line in lines if line.count("|") == 1)}
    superset = figures.Superset(url)
    bodies, _ = figures.read_bodies(superset, folder)
    faults = [] if len(wanted) >= 10 and all(wanted.values()) else [f"there is not enough to compare: {wanted}"]
    for name, figure in wanted.items():
        body = bodies[tuple(name.split(": ", 1))]
        if name.startswith("Value stream"):
            body["queries"][-1]["filters"].append(dict(col="value_stream", op="IN", val=["Support"]))
        rows, _, fault = figures.ask_chart(superset, body, setting)
        if fault or not math.isclose(rows[0][0], figure, rel_tol=1e-9):
            faults.append(f"{name}: {fault or rows}, not {figure}")
    print("".join(f"  {fault}\n" for fault in faults), end="")
    print(
        f"{len(wanted)} headlines compared with raw events, {len(faults)} faults: "
        + ", ".join(f"{name.split(': ')[1]} {figure:.6g}" for name, figure in wanted.items())
    )
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(*sys.argv[1:])
