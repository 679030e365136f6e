"""Tests the scripts of action.yml as a runner would call them, with the runner's files faked.

usage: action_test.py BINARY
"""
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
VERSION = "0.1.0"
ARCHIVE = f"kubeproof-{VERSION}-x86_64-unknown-linux-musl.tar.gz"
GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: good\n"
BAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Bad\n"


class Runner(unittest.TestCase):
    """A runner of GitHub, as far as the scripts see one."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = pathlib.Path(self.folder.name)
        for name in ("temp", "work", "programs", "action/.github/action", "served"):
            (self.home / name).mkdir(parents=True)
        self.work = self.home / "work"
        (self.home / "action/Cargo.toml").write_text(f'[package]\nname = "kubeproof"\nversion = "{VERSION}"\n')
        # curl is the network: it gives out what lies in `served`, and fails for what does not.
        self.program(
            "curl",
            'while [ $# -gt 1 ]; do [ "$1" != --output ] || out=$2; shift; done\n'
            'echo "$1" >> "$HOME/asked"; cp "$HOME/served/${1##*/}" "$out"',
        )
        self.checksums("")

    def program(self, name, script):
        path = self.home / "programs" / name
        path.write_text(f"#!/usr/bin/env bash\n{script}\n")
        path.chmod(0o755)

    def checksums(self, text):
        (self.home / "action/.github/action/checksums.txt").write_text(text)

    def serve(self, content=None, name=ARCHIVE):
        """Offers an archive with a kubeproof in it; returns its checksum."""
        content = content or f"#!/bin/sh\necho kubeproof {VERSION}\n".encode()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            member = tarfile.TarInfo(f"{name.removesuffix('.tar.gz')}/kubeproof")
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
        (self.home / "served" / name).write_bytes(packed.getvalue())
        return hashlib.sha256(packed.getvalue()).hexdigest()

    def call(self, script, **given):
        for name in ("output", "summary", "path"):
            (self.home / name).write_text("")
        environment = {
            "PATH": f"{self.home / 'programs'}:/usr/bin:/bin",
            "HOME": str(self.home),
            "ACTION_PATH": str(self.home / "action"),
            "RUNNER_TEMP": str(self.home / "temp"),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
            "GITHUB_PATH": str(self.home / "path"),
            **given,
        }
        run = subprocess.run(
            ["bash", ROOT / ".github/action" / script],
            cwd=self.work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = (self.home / "output").read_text().splitlines()
        self.output = dict(line.split("=", 1) for line in lines)
        self.summary = (self.home / "summary").read_text()
        self.path = (self.home / "path").read_text().splitlines()
        return run


class Install(Runner):
    def install(self, **given):
        return self.call("install.sh", **given)

    def test_takes_the_archive_of_the_actions_own_version(self):
        self.checksums(f"# a comment\n{'0' * 64}  another.tar.gz\n{self.serve()}  {ARCHIVE}\n")
        run = self.install()
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.output, {"program": f"{self.home}/temp/kubeproof/kubeproof", "version": VERSION})
        self.assertEqual(self.path, [f"{self.home}/temp/kubeproof"])
        asked = (self.home / "asked").read_text()
        self.assertEqual(asked, f"https://github.com/kubeproof/kubeproof/releases/download/v{VERSION}/{ARCHIVE}\n")

    def test_refuses_an_archive_with_another_checksum(self):
        self.serve()
        self.checksums(f"{'0' * 64}  {ARCHIVE}\n")
        # Not even a kubeproof on PATH makes up for it.
        self.program("kubeproof", f"echo kubeproof {VERSION}")
        run = self.install()
        self.assertEqual(run.returncode, 2)
        self.assertIn("::error title=kubeproof::", run.stdout)
        self.assertIn("not the archive that was released", run.stdout)
        self.assertFalse((self.home / "temp/kubeproof/kubeproof").exists())
        self.assertEqual(self.path, [])

    def test_never_fetches_what_it_has_no_checksum_for(self):
        self.serve()
        self.install()
        self.assertFalse((self.home / "asked").exists())

    def test_falls_back_to_path(self):
        self.program("kubeproof", "echo kubeproof 0.0.9")
        run = self.install()
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.output["version"], "0.0.9")
        self.assertIn("::notice", run.stdout)

    def test_falls_back_to_path_without_a_network(self):
        self.checksums(f"{'0' * 64}  {ARCHIVE}\n")
        self.program("kubeproof", f"echo kubeproof {VERSION}")
        run = self.install()
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.output["program"], f"{self.home}/programs/kubeproof")

    def test_falls_back_to_a_build(self):
        self.program(
            "cargo",
            'while [ $# -gt 0 ]; do [ "$1" != --root ] || root=$2; [ "$1" != --path ] || path=$2; shift; done\n'
            '[ "$path" = "$ACTION_PATH" ] || exit 1\n'
            'mkdir -p "$root/bin"; printf "#!/bin/sh\\necho kubeproof 0.1.0-built\\n" > "$root/bin/kubeproof"\n'
            'chmod +x "$root/bin/kubeproof"',
        )
        for given in ({}, {"INPUT_VERSION": "source"}):
            run = self.install(**given)
            self.assertEqual(run.returncode, 0, run.stdout)
            self.assertEqual(self.output["version"], "0.1.0-built")
            self.assertEqual(self.path, [f"{self.home}/temp/kubeproof/bin"])

    def test_says_when_nothing_is_left(self):
        run = self.install()
        self.assertEqual(run.returncode, 2)
        self.assertIn("no cargo to build it", run.stdout)

    def test_takes_another_version_with_its_checksum(self):
        name = "kubeproof-0.2.0-x86_64-unknown-linux-musl.tar.gz"
        checksum = self.serve(b"#!/bin/sh\necho kubeproof 0.2.0\n", name)
        run = self.install(INPUT_VERSION="v0.2.0", INPUT_CHECKSUM=checksum.upper())
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.output["version"], "0.2.0")

    def test_takes_no_other_version_than_the_one_named(self):
        self.program("kubeproof", "echo kubeproof 0.1.9")
        run = self.install(INPUT_VERSION="0.2.0")
        self.assertEqual(run.returncode, 2)
        self.assertIn("give the input checksum", run.stdout)

    def test_takes_only_path_when_told(self):
        run = self.install(INPUT_VERSION="path")
        self.assertEqual(run.returncode, 2)
        self.program("kubeproof", "echo kubeproof 0.0.9")
        self.assertEqual(self.install(INPUT_VERSION="path").returncode, 0)

    def test_inputs_are_no_script_and_no_command(self):
        for version in ("$(touch pwned)", "0.1.0/../../x", "1\n::error::injected", "`touch pwned`"):
            run = self.install(INPUT_VERSION=version)
            self.assertEqual(run.returncode, 2)
            self.assertNotIn("\n::error::injected", run.stdout)
        run = self.install(INPUT_VERSION="0.2.0", INPUT_CHECKSUM="$(touch pwned)")
        self.assertEqual(run.returncode, 2)
        self.assertEqual(list(self.work.iterdir()), [])

    def test_archives_are_those_that_the_release_workflow_builds(self):
        release = (ROOT / ".github/workflows/release.yml").read_text()
        script = (ROOT / ".github/action/install.sh").read_text()
        targets = [line.split("echo ")[1].split()[0] for line in script.splitlines() if ") echo " in line]
        self.assertEqual(len(targets), 5)
        for target in targets:
            self.assertIn(f"target: {target}\n", release)
        self.assertIn('kubeproof-$VERSION-$TARGET"', release)


class Check(Runner):
    def check(self, **given):
        return self.call("check.sh", KUBEPROOF=str(BINARY), **given)

    def write(self, **files):
        for name, text in files.items():
            (self.work / f"{name}.yaml").write_text(text)

    def test_a_clean_checkout_passes(self):
        self.write(good=GOOD)
        run = self.check()
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertEqual(self.output["exit-code"], "0")
        self.assertEqual(json.loads(pathlib.Path(self.output["sarif"]).read_text())["runs"][0]["results"], [])

    def test_findings_fail_and_are_told_everywhere(self):
        self.write(bad=BAD)
        run = self.check()
        self.assertEqual(run.returncode, 1)
        self.assertIn("::error file=bad.yaml,line=4,", run.stdout)
        self.assertEqual(self.output["exit-code"], "1")
        log = json.loads(pathlib.Path(self.output["sarif"]).read_text())
        self.assertEqual(len(log["runs"][0]["results"]), 1)
        self.assertEqual(self.summary.count("bad.yaml:4:9"), 1, self.summary)

    def test_other_formats_have_a_summary_too(self):
        self.write(bad=BAD)
        run = self.check(INPUT_FORMAT="concise")
        self.assertEqual(run.returncode, 1)
        self.assertIn("bad.yaml:4:9: error[", run.stdout)
        self.assertNotIn("::error", run.stdout)
        self.assertEqual(self.summary.count("bad.yaml:4:9"), 1, self.summary)

    def test_fail_on(self):
        self.write(warned=GOOD + "immutable: false\n", secret=(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: warned\ntype: opaque\n"
        ))
        self.assertEqual(self.check().returncode, 1)
        self.assertEqual(self.check(INPUT_FAIL_ON="error").returncode, 0)
        self.assertEqual(self.check(INPUT_FAIL_ON="never").returncode, 0)
        run = self.check(INPUT_FAIL_ON="sometimes")
        self.assertEqual(run.returncode, 2)
        self.assertEqual(self.output, {"exit-code": "2"})

    def test_nothing_to_judge_is_trouble_unless_allowed(self):
        self.assertEqual(self.check().returncode, 2)
        self.assertEqual(self.check(INPUT_ARGS="--allow-empty").returncode, 0)

    def test_paths_and_arguments(self):
        self.write(bad=BAD, good=GOOD)
        (self.work / "with blank.yaml").write_text(GOOD.replace("good", "blank"))
        run = self.check(INPUT_PATHS="good.yaml\n\nwith blank.yaml\n", INPUT_ARGS="--verbose\n  --kube-version 1.36 ")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("2 files", run.stdout)

    def test_no_paths_are_the_whole_checkout(self):
        self.write(bad=BAD)
        for none in ("", "\n\n"):
            self.assertIn("bad.yaml", self.check(INPUT_PATHS=none).stdout)

    def test_inputs_are_no_script(self):
        self.write(good=GOOD)
        for hostile in ("$(touch pwned)", "`touch pwned`", "; touch pwned", "*.yaml && touch pwned", '" touch pwned "'):
            for name in ("INPUT_PATHS", "INPUT_ARGS", "INPUT_FORMAT", "INPUT_FAIL_ON"):
                self.assertEqual(self.check(**{name: hostile}).returncode, 2, (name, hostile))
        # A path is a path, even when it looks like an option.
        self.assertEqual(self.check(INPUT_PATHS="--exit-zero").returncode, 2)
        self.assertEqual([path.name for path in self.work.iterdir()], ["good.yaml"])


class Definition(unittest.TestCase):
    def test_no_input_is_interpolated_into_a_script(self):
        import yaml

        action = yaml.safe_load((ROOT / "action.yml").read_text())
        steps = action["runs"]["steps"]
        for step in steps:
            self.assertNotIn("${{", step["run"])
        handed = " ".join(value for step in steps for value in step["env"].values())
        for name in action["inputs"]:
            self.assertIn(f"inputs.{name} ", handed)


unittest.main()
