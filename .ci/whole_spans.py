"""How many refusals mark exactly a key, a value, or both: never a part of one, nor a stretch of the text.

The server's paths do not always lead to a place of the text: it names only the map of a label that it refuses,
and `spec.validation` of a definition whose text has `spec.versions`. This says what can be said of those as well.

usage: whole_spans.py BINARY --mutants FILE.jsonl[.xz]   (needs PyYAML)
"""
import argparse
import json
import lzma
import pathlib
import subprocess
import tempfile

import yaml


def place(mark):
    return mark.line + 1, mark.column + 1


def parts(root):
    """Where keys, values and entries start, each with the places where those that start there end."""
    ends = {}

    def note(start, end):
        ends.setdefault(place(start), set()).add(place(end))

    rest = [root]
    note(root.start_mark, root.end_mark)
    while rest:
        node = rest.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                note(key.start_mark, key.end_mark)
                note(value.start_mark, value.end_mark)
                note(key.start_mark, value.end_mark)
                rest.append(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                note(item.start_mark, item.end_mark)
                rest.append(item)
    return ends


def is_whole(ends, start, end):
    found = ends.get(start, ())
    # PyYAML ends what has several lines at the start of the line after it.
    return end in found or (end[0] > start[0] and any(other[0] > start[0] for other in found))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--mutants", required=True)
    options = parser.parse_args()
    total = whole = 0
    with tempfile.TemporaryDirectory() as folder:
        opener = lzma.open if options.mutants.endswith("xz") else open
        with opener(options.mutants, "rt") as lines:
            for case in map(json.loads, lines):
                if case["format"] == "yaml" and case["verdict"]["stage"] == "validation":
                    pathlib.Path(folder, case["id"] + ".yaml").write_bytes(case["manifest"].encode())
        arguments = "check --format json --isolated --no-skip --exit-zero --kube-version 1.36".split()
        run = subprocess.run([options.binary, *arguments, folder], stdout=subprocess.PIPE)
        known = {}
        for finding in json.loads(run.stdout)["diagnostics"]:
            if finding.get("refusal", {}).get("stage") != "validation":
                continue
            name = finding["file"]
            if name not in known:
                roots = yaml.compose_all(pathlib.Path(name).read_text(), Loader=yaml.CSafeLoader)
                known[name] = [parts(root) for root in roots if root is not None]
            start, end = ((at["line"], at["column"]) for at in finding["span"].values())
            total += 1
            whole += any(is_whole(ends, start, end) for ends in known[name])
    print(f"whole {100 * whole / max(total, 1):.2f} % of {total}")


main()
