"""How the verdicts for an older Kubernetes agree with that version's server: the record of mutants has its answers
where they differ from those of the newest.

usage: older_scores.py BINARY --mutants FILE.jsonl[.xz] --kube-version 1.NN
"""
import argparse
import json
import lzma
import pathlib
import subprocess
import tempfile


def errors(verdict):
    return sorted((error["field"], error["type"]) for error in verdict.get("errors") or [])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--mutants", required=True)
    parser.add_argument("--kube-version", required=True)
    options = parser.parse_args()
    key = "v" + options.kube_version.replace(".", "_")
    expected = {}
    with tempfile.TemporaryDirectory() as folder:
        opener = lzma.open if options.mutants.endswith("xz") else open
        with opener(options.mutants, "rt") as lines:
            for case in map(json.loads, lines):
                name = f"{case['id']}.{case['format']}"
                expected[name] = case.get(key, case["verdict"])
                pathlib.Path(folder, name).write_bytes(case["manifest"].encode())
        arguments = "check --format json --verdicts --isolated --no-skip --exit-zero --kube-version".split()
        run = subprocess.run(
            [options.binary, *arguments, options.kube_version, folder], stdout=subprocess.PIPE
        )
        found = {pathlib.Path(one["file"]).name: one["verdict"] for one in json.loads(run.stdout)["objects"]}
    total = agreed = refused = exact = 0
    for name, verdict in expected.items():
        if verdict.get("reason") == "ServerPanic":
            continue
        valid = verdict["stage"] == "ok" or (verdict["stage"] == "storage" and verdict.get("http") == 409)
        ours = found.get(name, {"stage": "nothing"})
        total += 1
        if valid != (ours["stage"] == "ok"):
            continue
        agreed += 1
        if verdict["stage"] == "validation":
            refused += 1
            exact += errors(verdict) == errors(ours)
    print(f"verdict {100 * agreed / max(total, 1):.2f} % of {total}, exact fields {100 * exact / max(refused, 1):.2f} % of {refused}")


main()
