// See graph-html.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [binary, dir, shop] = process.argv.slice(2);
const LOAD = 2000, SEARCH = 100; // milliseconds
const failures = [];
const check = (ok, what) => {
  console.log(`${ok ? "ok  " : "FAIL"} ${what}`);
  if (!ok) failures.push(what);
};

// 10,000 objects: 100 namespaces of different sizes, each with applications of 9 objects and some loose ends.
function generate(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const words = ["basket", "billing", "catalog", "checkout", "delivery", "identity", "inventory", "ledger", "mail",
    "media", "orders", "payment", "pricing", "profile", "reports", "search", "sessions", "stock", "tax", "wishlist"];
  let count = 0, apps = 0;
  for (let n = 0; n < 100; n++) {
    const ns = `team-${String(n).padStart(2, "0")}`, documents = [];
    const add = (kind, apiVersion, name, rest) => {
      documents.push(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${ns}}\n${rest}`);
      count++;
    };
    for (let a = 0; a < 2 + (n * 7) % 18 && count < 9980; a++, apps++) {
      const name = `${words[(a * 3 + n) % 20]}-${a}`, secret = apps % 97 === 5 ? `${name}-tsl` : `${name}-tls`;
      add("Ingress", "networking.k8s.io/v1", name, `spec:
  tls: [{hosts: [${name}.example.com], secretName: ${secret}}]
  rules: [{host: ${name}.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ${name}, port: {number: 80}}}}]}}]\n`);
      add("Service", "v1", name, `spec: {selector: {app: ${name}}, ports: [{port: 80}]}\n`);
      add("Deployment", "apps/v1", name, `spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      serviceAccountName: ${name}
      containers:
        - name: main
          image: registry.example.com/${name}:1
          envFrom: [{configMapRef: {name: ${name}-settings}}, {secretRef: {name: ${name}-database}}]
      volumes:
        - {name: shared, configMap: {name: shared}}
        - {name: feature, configMap: {name: ${name}-flags, optional: true}}\n`);
      add("ServiceAccount", "v1", name, "");
      add("ConfigMap", "v1", `${name}-settings`, "data: {LEVEL: info}\n");
      add("Secret", "v1", `${name}-tls`, "type: kubernetes.io/tls\ndata: {tls.crt: \"\", tls.key: \"\"}\n");
      add("ExternalSecret", "external-secrets.io/v1", `${name}-database`, `spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {name: ${name}-database}
  data: [{secretKey: password, remoteRef: {key: ${name}}}]\n`);
      add("HorizontalPodAutoscaler", "autoscaling/v2", name, `spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}}\n`);
      add("PodDisruptionBudget", "policy/v1", name, `spec: {minAvailable: 1, selector: {matchLabels: {app: ${name}}}}\n`);
    }
    add("ConfigMap", "v1", "shared", "data: {REGION: eu}\n");
    while (count < (n + 1) * 100) add("ConfigMap", "v1", `dashboard-${count}`, "data: {panel: \"{}\"}\n");
    writeFileSync(join(folder, `${ns}.yaml`), documents.join("---\n"));
  }
  return count;
}

async function browser() {
  const places = (process.env.PATH ?? "").split(":").flatMap((folder) =>
    ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)));
  const own = process.env.CHROMIUM ?? places.find((path) => existsSync(path));
  const args = ["--no-sandbox", "--hide-scrollbars", "--font-render-hinting=none", "--disable-gpu"];
  if (own) return chromium.launch({ executablePath: own, args });
  // Made for servers without a desktop: brings its own libraries and fonts.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs22.x";
  const { default: bundled } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await bundled.executablePath(), args });
}

const tree = join(dir, "tree");
const objects = generate(tree);
const page = (name, ...args) => {
  const path = join(dir, name);
  execFileSync(binary, ["graph", ...args, "--isolated", "--format", "html", "--output", path], { stdio: "inherit" });
  return pathToFileURL(path).href;
};
const large = page("large.html", tree), small = page("small.html", shop);
const around = page("around.html", tree, "--around", "deploy/team-07/orders-1", "--depth", "3");
// Names that try to leave the element that the data stands in, or to become elements on the page.
const hostile = join(dir, "hostile.yaml");
writeFileSync(hostile, `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "</script><script>window.pwned=1</script>"},
  "spec": {"volumes": [{"name": "a", "secret": {"secretName": "<img src=x onerror=window.pwned=1><!--"}}]}}`);
const evil = page("hostile.html", hostile);
const lacking = join(dir, "lacking.yaml");
writeFileSync(lacking, `{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {user: a}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: a, env: [
  {name: A, valueFrom: {secretKeyRef: {name: db, key: user}}}, {name: B, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}}`);
const keys = page("lacking.html", lacking);

const chrome = await browser();
try {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 900 } });
  const open = async (href, scheme = "light") => {
    const tab = await context.newPage();
    await tab.emulateMedia({ colorScheme: scheme });
    tab.errors = [];
    tab.on("pageerror", (error) => tab.errors.push(error.message));
    tab.on("console", (message) => message.type() === "error" && tab.errors.push(message.text()));
    tab.on("request", (request) => request.url() !== href && tab.errors.push("asks for " + request.url()));
    await tab.goto(href);
    await tab.waitForFunction(() => window.kubeproof?.ready > 0);
    return tab;
  };
  const shot = (tab, name) => tab.screenshot({ path: join(dir, name + ".png") });

  const warm = await open(small);
  await warm.close();
  const loads = [];
  let tab;
  for (let i = 0; i < 3; i++) {
    await tab?.close();
    tab = await open(large);
    loads.push(await tab.evaluate(() => window.kubeproof.ready));
  }
  loads.sort((a, b) => a - b);
  check(loads[1] < LOAD, `${objects} objects open in ${Math.round(loads[1])} ms (at most ${LOAD}; runs: ${loads.map(Math.round).join(", ")})`);
  await shot(tab, "large");
  // Of three runs of each the middle one counts: others may use the machine. The first search of all is the slowest.
  let slowest = 0, worst = 0, results = {};
  for (const text of ["p", "payment", "secret team-42", "deployment/checkout", "nothing-is-called-so", "team-99.yaml"]) {
    const runs = [];
    for (let i = 0; i < 3; i++) {
      const { count, milliseconds } = await tab.evaluate((text) => window.kubeproof.search(text), text);
      results[text] = count;
      runs.push(milliseconds);
    }
    runs.sort((a, b) => a - b);
    slowest = Math.max(slowest, runs[1]);
    worst = Math.max(worst, runs[2]);
  }
  check(slowest < SEARCH, `a search is answered, and its picture there, within ${slowest.toFixed(1)} ms (at most ${SEARCH}; worst single run: ${worst.toFixed(1)})`);
  check(results.payment > 0 && results["nothing-is-called-so"] === 0, `searches find: ${JSON.stringify(results)}`);
  await tab.evaluate(() => window.kubeproof.search("payment"));
  await tab.waitForTimeout(100);
  await shot(tab, "search");
  await tab.keyboard.press("Escape");
  await tab.keyboard.press("/");
  await tab.keyboard.type("ingress team-07 orders-1");
  await tab.keyboard.press("Enter");
  await tab.waitForTimeout(100);
  const side = await tab.textContent("#side");
  check(/team-07\.yaml:\d+/.test(side) && side.includes("spec.tls[0].secretName"), "the keyboard leads to an object, with file, line and field");
  await shot(tab, "chosen");
  await tab.keyboard.press("Escape");
  await tab.keyboard.press("d");
  await tab.waitForTimeout(100);
  const bad = await tab.textContent("#side");
  check(/-tsl/.test(bad), "dangling references are listed");
  await shot(tab, "dangling");
  check(tab.errors.length === 0, `no errors, no requests ${tab.errors.join("; ")}`);

  tab = await open(small);
  await shot(tab, "small");
  const missing = await tab.evaluate(() => JSON.parse(document.getElementById("data").textContent).nodes.findIndex((n) => n[1] === "shop-tsl"));
  const [x, y] = await tab.evaluate((id) => window.kubeproof.where(id), missing);
  const box = await tab.locator("canvas").boundingBox();
  await tab.mouse.click(box.x + x, box.y + y);
  await tab.waitForTimeout(100);
  const clicked = await tab.textContent("#side");
  check(clicked.includes("shop-tsl") && /ingress\.yaml:\d+/.test(clicked) && clicked.includes("shop-tls"), "a click shows where a missing Secret is named, and what was meant");
  check(!(await tab.content()).includes("correct horse"), "no value of a Secret is on the page");
  await shot(tab, "small-chosen");
  tab = await open(around, "dark");
  await shot(tab, "around-dark");
  check(tab.errors.length === 0, `no errors, no requests ${tab.errors.join("; ")}`);

  tab = await open(keys);
  await tab.keyboard.press("d");
  await tab.waitForTimeout(100);
  const broken = await tab.textContent("#side");
  await tab.click("#side li button");
  await tab.waitForTimeout(100);
  const details = await tab.textContent("#side");
  check(/1 missing a key/.test(broken) && /Pod web/.test(broken) && /Secret db has no key password/.test(details) && !/no key user/.test(details),
    "a key that is not there is counted, and named where it is wanted");
  await shot(tab, "lacking");
  check(tab.errors.length === 0, `no errors, no requests ${tab.errors.join("; ")}`);

  tab = await open(evil);
  await tab.evaluate(() => window.kubeproof.click(0));
  await tab.waitForTimeout(100);
  check(await tab.evaluate(() => window.pwned === undefined && !document.querySelector("img")), "names stay text");
} finally {
  await chrome.close();
}
if (failures.length) {
  console.error(`\n${failures.length} failed`);
  process.exit(1);
}
