#!/usr/bin/env python3
"""Compare kubeproof with a real apiextensions-apiserver on definitions and custom resources.

usage: definitions_oracle.py --server BINARY [--etcd BINARY] [--kubeproof BINARY] [--kube-version 1.36] FOLDER

Each YAML file of FOLDER holds CustomResourceDefinitions and custom resources of them, as in testdata/custom. The
definitions are created for real, the resources are posted as a dry run with strict field validation. Where verdict or
(type, field) differ, both are printed. Exit code 1: they differ somewhere.

The server is the main program of k8s.io/apiextensions-apiserver, built with Go: it serves definitions and their
resources just as kube-apiserver does, and nothing else. Debian packages its source with all that it needs
(golang-k8s-apiextensions-apiserver-dev; GO111MODULE=off and a GOPATH that has /usr/share/gocode/src will do), but with a
newer cel-go than Kubernetes has: what hangs on that is to be looked up before it is believed. Older versions: pass
--emulated-version to the server with --server-flag. Needs PyYAML and etcd.
"""
import argparse, collections, http.client, http.server, json, os, pathlib, shutil, socket, ssl, subprocess, sys, tempfile
import threading, time
import yaml

TYPES = {"FieldValueTypeInvalid": "TypeInvalid"}
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Allowing(http.server.BaseHTTPRequestHandler):
    """Stands in for the core server: whoever asks may do what they ask for."""

    protocol_version = "HTTP/1.1"

    def answer(self, code, body):
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(201, {**body, "status": {"allowed": True}})

    def do_GET(self):
        self.answer(200, {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []})

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, options, tmp):
        core = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Allowing)
        threading.Thread(target=core.serve_forever, daemon=True).start()
        config = pathlib.Path(tmp, "kubeconfig")
        cluster = {"name": "a", "cluster": {"server": f"http://127.0.0.1:{core.server_address[1]}"}}
        context = {"name": "a", "context": {"cluster": "a", "user": "a"}}
        config.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context],
                                      "current-context": "a", "users": [{"name": "a", "user": {}}]}))
        client, peer, self.port = free_port(), free_port(), free_port()
        urls = [f"http://127.0.0.1:{port}" for port in (client, peer)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": open(os.path.join(tmp, "log"), "wb")}
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self.started = [
            subprocess.Popen([options.etcd, "--data-dir", os.path.join(tmp, "etcd"), "--listen-client-urls", urls[0],
                              "--advertise-client-urls", urls[0], "--listen-peer-urls", urls[1],
                              "--initial-advertise-peer-urls", urls[1], "--initial-cluster", f"default={urls[1]}"],
                             env=env, **quiet),
            subprocess.Popen([options.server, "--etcd-servers", urls[0], "--secure-port", str(self.port),
                              "--cert-dir", os.path.join(tmp, "cert"), "--kubeconfig", str(config),
                              "--authentication-kubeconfig", str(config), "--authorization-kubeconfig", str(config),
                              "--authorization-webhook-cache-authorized-ttl", "1h", "--authentication-skip-lookup",
                              "--enable-priority-and-fairness=false", "--disable-admission-plugins",
                              "NamespaceLifecycle,MutatingAdmissionWebhook,ValidatingAdmissionWebhook,"
                              "ValidatingAdmissionPolicy,MutatingAdmissionPolicy", *options.server_flag],
                             env=env, **quiet)]
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.ask("GET", DEFINITIONS)[0] == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > deadline:
                sys.exit(f"the server does not answer; it says:\n{pathlib.Path(tmp, 'log').read_text()[-2000:]}")
            time.sleep(0.2)

    def stop(self):
        for process in self.started:
            process.kill()

    def ask(self, method, path, body=None):
        insecure = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=insecure, timeout=30)
        connection.request(method, path, body=body, headers={"Content-Type": "application/yaml"})
        response = connection.getresponse()
        text = response.read()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, {"message": text.decode(errors="replace")}

    def create(self, text):
        """Creates a definition and waits until its resources are served."""
        answer = self.ask("POST", DEFINITIONS + "?fieldValidation=Strict", text)
        name = answer[1].get("metadata", {}).get("name")
        while answer[0] == 201:
            conditions = (self.ask("GET", f"{DEFINITIONS}/{name}")[1].get("status") or {}).get("conditions") or []
            if any(c["type"] == "Established" and c["status"] == "True" for c in conditions):
                break
            time.sleep(0.05)
        return answer

    def post(self, text, spec, version):
        where = "namespaces/default/" if spec.get("scope") == "Namespaced" else ""
        path = f"/apis/{spec['group']}/{version}/{where}{spec['names']['plural']}?dryRun=All&fieldValidation=Strict"
        for _ in range(100):
            answer = self.ask("POST", path, text)
            if answer[0] not in (404, 429, 503):
                break
            time.sleep(0.05)
        return answer


def verdict(status, body):
    """Whether it is taken, and which fields are at fault where the server validates."""
    if status < 300 or status == 409:
        return True, None
    causes = body.get("details", {}).get("causes", []) if status == 422 else None
    name = lambda reason: TYPES.get(reason, reason.removeprefix("FieldValue"))
    return False, causes and sorted((name(c.get("reason", "")), c.get("field")) for c in causes)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--server", required=True)
    a.add_argument("--etcd", default=shutil.which("etcd") or "etcd")
    a.add_argument("--kubeproof", default="target/release/kubeproof")
    a.add_argument("--kube-version", default="1.36")
    a.add_argument("--server-flag", action="append", default=[])
    a.add_argument("folder")
    options = a.parse_args()
    flags = ["--format", "json", "--isolated", "--no-skip", "--exit-zero", "--kube-version", options.kube_version]
    compared = differ = 0
    for path in sorted(pathlib.Path(options.folder).glob("*.yaml")):
        run = subprocess.run([options.kubeproof, "check", *flags, str(path)], stdout=subprocess.PIPE, check=True)
        told = collections.defaultdict(list)
        for found in json.loads(run.stdout)["diagnostics"]:
            if refusal := found.get("refusal"):
                told[found["document"]].append((refusal["stage"], refusal["type"], refusal["field"]))
        with tempfile.TemporaryDirectory() as tmp:
            server = Server(options, tmp)
            try:
                specs, documents = {}, path.read_text().split("\n---\n")
                for i, text in enumerate(documents):
                    read = yaml.load(text, yaml.BaseLoader)
                    if read["kind"] == "CustomResourceDefinition":
                        specs[read["spec"]["group"], read["spec"]["names"]["kind"]] = read["spec"]
                        taken, fields = verdict(*server.create(text.encode()))
                    else:
                        group, _, version = read["apiVersion"].partition("/")
                        spec = specs.get((group, read["kind"]))
                        if spec is None:
                            continue
                        taken, fields = verdict(*server.post(text.encode(), spec, version))
                    ours = told[i]
                    judged = sorted((t, f) for stage, t, f in ours if stage == "validation")
                    compared += 1
                    if taken != (not ours) or (fields is not None and fields != judged):
                        differ += 1
                        print(f"{path}, document {i}: the server {'takes it' if taken else fields or 'cannot read it'}, "
                              f"kubeproof {ours or 'takes it'}")
            finally:
                server.stop()
    print(f"{compared} compared, {differ} differ")
    sys.exit(1 if differ or not compared else 0)


if __name__ == "__main__":
    main()
