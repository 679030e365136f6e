"""Runs the shared conformance scores and fails when one falls under the figure in scores.json.

usage: scores.py BINARY CONFORMANCE_FOLDER
"""
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()
FIGURES = {
    "cases": ("score.py", [], r"verdict ([\d.]+) % of \d+, exact fields ([\d.]+) % of \d+", ("verdict", "fields")),
    "mutants": (
        "score.py",
        ["--mutants", "{folder}/mutants-open.jsonl.xz"],
        r"verdict ([\d.]+) % of \d+, exact fields ([\d.]+) % of \d+",
        ("verdict", "fields"),
    ),
    "spans": ("spans.py", [], r"placed ([\d.]+) % of \d+, tight ([\d.]+) %", ("placed", "tight")),
    "mutants' spans": (
        "spans.py",
        ["--mutants", "{folder}/mutants-open.jsonl.xz"],
        r"placed ([\d.]+) % of \d+, tight ([\d.]+) %",
        ("placed", "tight"),
    ),
    **{
        f"mutants of {version}": (
            HERE.with_name("older_scores.py"),
            ["--mutants", "{folder}/mutants-open.jsonl.xz", "--kube-version", version],
            r"verdict ([\d.]+) % of \d+, exact fields ([\d.]+) % of \d+",
            ("verdict", "fields"),
        )
        for version in ("1.35", "1.34", "1.31")
    },
    "mutants' whole spans": (
        HERE.with_name("whole_spans.py"),
        ["--mutants", "{folder}/mutants-open.jsonl.xz"],
        r"whole ([\d.]+) % of \d+",
        ("whole",),
    ),
}


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    floor = json.loads(pathlib.Path(__file__).with_name("scores.json").read_text())
    fallen = []
    for name, (script, arguments, pattern, keys) in FIGURES.items():
        if name not in floor:
            continue
        words = [word.format(folder=folder) for word in arguments]
        run = subprocess.run(
            [sys.executable, folder / script, binary, *words], stdout=subprocess.PIPE, check=True, text=True
        )
        last = run.stdout.strip().splitlines()[-1]
        print(f"{name}: {last}", flush=True)
        for key, value in zip(keys, re.fullmatch(pattern, last).groups()):
            if float(value) < floor[name][key]:
                fallen.append(f"{name} {key}: {value} % is under the recorded {floor[name][key]} %")
    sys.exit("\n".join(fallen) or 0)


main()
