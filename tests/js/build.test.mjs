import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { access, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import zlib from "node:zlib";
import { build, compress } from "../../static/build.mjs";

const HASHED = /^(?<stem>[a-z0-9-]+)-(?<hash>[0-9a-f]{10})(?<ext>\.(js|css|svg|png))$/;
const UNHASHED = ["manifest.json", "previous.json", "sw.js", "sw_kill.js"];
const KB = 1024;
/** Bytes over the wire with gzip, which every proxy can do; the compressed files that are served are smaller. */
const BUDGETS = {
  "app.js": 3 * KB,
  "shared.js": 21 * KB,
  "day.js": 7 * KB,
  "adopt.js": 2 * KB,
  "install.js": 1 * KB,
  "shell.js": 8 * KB,
  "app.css": 6 * KB,
  "chart.css": 2 * KB,
  "timer.css": 1 * KB,
  "practice.css": 2 * KB,
  "cohort.css": 1 * KB,
  "chart.js": 4 * KB,
  "labels.js": 5 * KB,
  "panel.js": 1 * KB,
  "passkeys.js": 3 * KB,
  "push.js": 2 * KB,
  "sheets.js": 1 * KB,
  "timer.js": 4 * KB,
  "visit.js": 1 * KB,
  "plotly.js": 400 * KB,
  "plotly.css": 3 * KB,
  "icon.svg": 1 * KB,
  "icon-maskable.svg": 1 * KB,
};
/** What every page loads together. */
const TOGETHER = { "app.js shared.js": 25 * KB };
const WORKER_BUDGET = 12 * KB;

/** @type {string} */
let folder;
/** @type {Map<string, string>} */
let names;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "firststep-build-"));
  names = await build(folder, { compressed: false });
});
after(() => rm(folder, { recursive: true, force: true }));

/** @param {string} name */
const read = (name) => readFile(path.join(folder, name));
/** @param {string} name */
const json = async (name) => JSON.parse(await readFile(path.join(folder, name), "utf8"));

/** @returns {Promise<Record<string, string>>} file -> content's hash */
async function contents() {
  const files = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, createHash("sha256").update(await read(file)).digest("hex")])),
  );
}

test("every file that pages name is built, and named by its content", async () => {
  assert.deepEqual([...names.keys()].sort(), Object.keys(BUDGETS).sort());
  for (const [name, file] of names) {
    const parts = HASHED.exec(file)?.groups;
    assert.ok(parts, file);
    assert.equal(parts.stem + parts.ext, name);
    assert.equal(createHash("sha256").update(await read(file)).digest("hex").slice(0, 10), parts.hash);
  }
});

test("the manifest that the server reads names exactly these files", async () => {
  assert.deepEqual(await json("manifest.json"), Object.fromEntries(names));
});

test("nothing else is put there: no file without a hash, nothing copied as it is", async () => {
  const files = await readdir(folder);
  assert.deepEqual(files.filter((file) => !UNHASHED.includes(file)).sort(), [...names.values()].sort());
  assert.deepEqual(files.filter((file) => !HASHED.test(file)).sort(), UNHASHED);
});

test("every file keeps its budget", async () => {
  for (const [name, budget] of Object.entries(BUDGETS)) {
    const size = zlib.gzipSync(await read(names.get(name) ?? ""), { level: 9 }).length;
    assert.ok(size > 0 && size <= budget, `${name}: ${size} of ${budget} bytes`);
  }
  for (const [together, budget] of Object.entries(TOGETHER)) {
    const sizes = await Promise.all(together.split(" ").map(async (name) => zlib.gzipSync(await read(names.get(name) ?? ""), { level: 9 }).length));
    const size = sizes.reduce((sum, one) => sum + one, 0);
    assert.ok(size <= budget, `${together}: ${size} of ${budget} bytes`);
  }
  const size = zlib.gzipSync(await read("sw.js"), { level: 9 }).length;
  assert.ok(size <= WORKER_BUDGET, `sw.js: ${size} of ${WORKER_BUDGET} bytes`);
});

test("a second build gives the same names and the same bytes", async () => {
  const first = await contents();
  assert.deepEqual(await build(folder, { compressed: false }), names);
  assert.deepEqual(await contents(), first);
});

test("a build in another folder gives the same names", async () => {
  const other = await mkdtemp(path.join(os.tmpdir(), "firststep-build-"));
  try {
    assert.deepEqual(await build(other, { compressed: false }), names);
    assert.deepEqual(await readFile(path.join(other, "sw.js")), await read("sw.js"));
  } finally {
    await rm(other, { recursive: true });
  }
});

test("the chart loads the plotly that this build named", async () => {
  const chart = (await read(names.get("chart.js") ?? "")).toString();
  const asked = [...chart.matchAll(/\/static\/dist\/[\w.-]+/g)].map(([address]) => path.basename(address));
  assert.deepEqual(asked.sort(), [names.get("plotly.css"), names.get("plotly.js")].sort());
});

test("what is fetched when it is needed is of this build, and the phone keeps what opens without a connection", async () => {
  const scripts = await Promise.all(["shared.js", "day.js"].map(async (name) => (await read(names.get(name) ?? "")).toString()));
  const fetched = [...scripts.join(" ").matchAll(/\/static\/dist\/[\w.-]+/g)].map(([address]) => path.basename(address));
  assert.deepEqual(fetched.sort(), [names.get("adopt.js"), names.get("shell.js")].sort());
  const shell = (await read(names.get("shell.js") ?? "")).toString();
  assert.ok(shell.includes(names.get("labels.js") ?? ""));
  const worker = (await read("sw.js")).toString();
  for (const name of ["shell.js", "labels.js"]) assert.ok(worker.includes(names.get(name) ?? ""));
});

test("the service worker keeps files of this build, and not the large chart library", async () => {
  const worker = (await read("sw.js")).toString();
  const kept = [...worker.matchAll(/\/static\/dist\/[\w.-]+/g)].map(([address]) => path.basename(address));
  assert.ok(kept.includes(names.get("app.js") ?? "") && kept.includes(names.get("app.css") ?? ""));
  for (const file of kept) await access(path.join(folder, file));
  assert.equal(kept.includes(names.get("plotly.js") ?? ""), false);
});

test("a page opened before finds its files after the next build, not after the one after that", async () => {
  const earlier = { "app.js": "app-aaaaaaaaaa.js" };
  const before = await json("manifest.json");
  await writeFile(path.join(folder, "app-aaaaaaaaaa.js"), "// the build before");
  await writeFile(path.join(folder, "app-bbbbbbbbbb.js"), "// long ago");
  await writeFile(path.join(folder, "manifest.json"), JSON.stringify(earlier));
  await build(folder, { compressed: false });
  assert.deepEqual(await json("previous.json"), earlier);
  const files = await readdir(folder);
  assert.deepEqual([files.includes("app-aaaaaaaaaa.js"), files.includes("app-bbbbbbbbbb.js")], [true, false]);

  await build(folder, { compressed: false });
  assert.deepEqual(await json("previous.json"), earlier, "a build that changes nothing forgets nothing");
  assert.deepEqual(await json("manifest.json"), before);
});

test("compressed files hold the same text; pictures that are compressed already are left", async () => {
  const file = names.get("app.css") ?? "";
  await writeFile(path.join(folder, "icon-0123456789.png"), "png");
  await Promise.all([compress(folder, file), compress(folder, "icon-0123456789.png")]);
  const plain = await read(file);
  assert.deepEqual(zlib.brotliDecompressSync(await read(`${file}.br`)), plain);
  assert.deepEqual(zlib.gunzipSync(await read(`${file}.gz`)), plain);
  const files = await readdir(folder);
  assert.deepEqual(files.filter((name) => /png\.(br|gz)$/.test(name)), []);
});
