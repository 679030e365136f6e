"""Checks a corpus of real manifests: how the verdicts agree with a server's, unknown fields that are none, and CPU time.

usage: corpus.py BINARY FLOOR SHARED

FLOOR is the program of `benches/floor.rs`, which only reads the files. Fails when the agreement falls under the figure
in scores.json, and when the CPU time rises over its limit there: a limit with room, since machines are noisy.
"""
import json
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
PAIRS = 15


def unpacked(archive):
    """The corpus, unpacked once."""
    folder = HERE.parent / "target" / "corpus"
    stamp = folder / "archive"
    said = f"{archive.stat().st_size} {archive.stat().st_mtime_ns}"
    if not stamp.is_file() or stamp.read_text() != said:
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        stamp.write_text(said)
    return folder / "manifests"


def agreement(binary, shared, corpus):
    script = [sys.executable, shared / "conformance" / "score.py", binary]
    figures = ["--objects", shared / "conformance" / "open-corpus.jsonl.xz", corpus]
    run = subprocess.run([*script, *figures], stdout=subprocess.PIPE, check=True, text=True)
    last = run.stdout.strip().splitlines()[-1]
    print(f"objects: {last}", flush=True)
    return float(re.match(r"verdict ([\d.]+) % of \d+", last)[1])


def unknown_fields(binary, corpus):
    """Findings of unknown fields among objects that Kubernetes itself wrote."""
    folders = [folder for folder in corpus.rglob("api/testdata/HEAD") if folder.is_dir()]
    if not folders:
        sys.exit("the corpus has no api/testdata/HEAD")
    command = [binary, "check", "--isolated", "--format", "json", "--exit-zero", *folders]
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    found = sum(finding["rule"] == "schema/unknown-field" for finding in report["diagnostics"])
    print(f"unknown fields in Kubernetes' own objects: {found}", flush=True)
    return found


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    if code not in (0, 1):  # 1: there are findings
        sys.exit(f"{command[0]} ended with {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ratio(binary, floor, corpus):
    """The CPU time as a multiple of that of reading the files: the median of pairs, one after the other."""
    check = [binary, "check", "--isolated", "--format", "json", corpus]
    for command in (check, [floor, corpus]):
        cpu(command)  # the first brings the files into memory
    found = statistics.median(cpu(check) / cpu([floor, corpus]) for _ in range(PAIRS))
    print(f"CPU time: {found:.2f} times that of reading the files", flush=True)
    return found


def main():
    binary, floor, shared = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    bounds = json.loads((HERE / "scores.json").read_text())["corpus"]
    corpus = unpacked(shared / "corpus-open.tar.xz")
    faults = []
    if agreement(binary, shared, corpus) < bounds["verdict"]:
        faults.append(f"objects: the verdict is under the recorded {bounds['verdict']} %")
    if unknown_fields(binary, corpus) > 0:
        faults.append("Kubernetes' own objects have no unknown fields")
    if ratio(binary, floor, corpus) > bounds["cpu"]:
        faults.append(f"CPU time: over {bounds['cpu']} times that of reading the files")
    sys.exit("\n".join(faults) or 0)


main()
