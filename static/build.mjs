/**
 * Builds the browser side: static/ -> static/dist/, with a manifest that Flask reads.
 *
 *   node static/build.mjs
 *
 * Every file is named by its content and served for good; .br and .gz stand beside it. The files of
 * the build before stay, because a page opened then still asks for them. sw.js has no hash: it is
 * served from the root by blueprints/pwa. static/icons.py adds the PNG icons and their list. The drugs
 * of the label facts come from dist/drugs.json, which tools/drug_data.py writes from the data files.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";
import esbuild from "esbuild";
import { plotlyStyleSheet } from "./plotly_style.mjs";

const STATIC = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(STATIC, "dist");
const URL_BASE = "/static/dist/";
const TARGET = ["es2022", "safari16.4", "chrome111", "firefox115"];
const PRECACHED = ["app.css", "app.js", "shared.js", "day.js", "shell.js", "labels.js", "chart.css", "chart.js", "timer.css", "timer.js", "icon.svg"];
const COMPRESSED = /\.(css|js|svg)$/;

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
const locate = createRequire(import.meta.url).resolve;

/** @typedef {{dist: string, names: Map<string, string>}} Built the folder, and name -> hashed name */

/** @param {string | Uint8Array} content */
const hashOf = (content) => createHash("sha256").update(content).digest("hex").slice(0, 10);

/**
 * Writes a file under a name that carries its content's hash.
 * @param {Built} built
 * @param {string} name
 * @param {string | Uint8Array} content
 */
async function emit({ dist, names }, name, content) {
  const { name: stem, ext } = path.parse(name);
  const hashed = `${stem}-${hashOf(content)}${ext}`;
  const file = path.join(dist, hashed);
  if (!existsSync(file)) await writeFile(file, content);
  names.set(name, hashed);
}

/**
 * @param {string[]} entryPoints
 * @param {Record<string, string>} define
 * @param {import("esbuild").BuildOptions} more
 * @returns {Promise<{name: string, text: string}[]>}
 */
async function bundle(entryPoints, define = {}, more = {}) {
  const result = await esbuild.build({
    entryPoints: entryPoints.map((entry) => path.join(STATIC, entry)),
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: TARGET,
    outdir: DIST,
    entryNames: "[name]",
    // What a script fetches when it is needed: its name is known, because it was built before.
    external: [`${URL_BASE}*`],
    legalComments: "eof",
    logLevel: "warning",
    define,
    ...more,
  });
  return result.outputFiles.map((file) => ({ name: path.basename(file.path), text: file.text }));
}

/**
 * Builds the scripts that others fetch when they are needed.
 * @param {Built} built
 * @returns {Promise<Record<string, string>>} the names under which the others find them
 */
async function emitFetched(built) {
  for (const { name, text } of await bundle(["js/labels.js"], { __DRUGS__: await drugData() })) await emit(built, name, text);
  const fetching = { __LABELS_JS__: address(built, "labels.js") };
  for (const { name, text } of await bundle(["js/day/adopt.js", "js/day/shell.js"], fetching)) await emit(built, name, text);
  return { __ADOPT_JS__: address(built, "adopt.js"), __SHELL_JS__: address(built, "shell.js") };
}

/**
 * Bundles two scripts that pages may load together; what both need is a third file, which both import.
 * @param {Built} built
 * @param {string[]} entryPoints
 * @param {Record<string, string>} define
 */
async function emitSharing(built, entryPoints, define) {
  const outputs = await bundle(entryPoints, define, { splitting: true, chunkNames: "shared" });
  const shared = outputs.find(({ name }) => name === "shared.js");
  if (!shared || outputs.length !== entryPoints.length + 1) throw new Error(`one shared file is meant, not ${outputs.map(({ name }) => name)}`);
  await emit(built, shared.name, shared.text);
  const imported = /from"\.\/shared\.js"/g;
  for (const { name, text } of outputs.filter((output) => output !== shared)) {
    if (!imported.test(text)) throw new Error(`${name} does not import what it shares`);
    await emit(built, name, text.replaceAll(imported, `from"./${built.names.get(shared.name)}"`));
  }
}

/** @param {Built} built */
async function emitPlotly(built) {
  const source = await readFile(locate("plotly.js-basic-dist-min"), "utf8");
  await emit(built, "plotly.js", source);
  await emit(built, "plotly.css", plotlyStyleSheet(source));
}

/** @param {Built} built */
async function emitIcons(built) {
  const folder = path.join(STATIC, "icons");
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".svg")).sort()) {
    await emit(built, name, await readFile(path.join(folder, name)));
  }
}

/** @returns {Promise<string>} the drugs as JSON */
async function drugData() {
  const file = path.join(DIST, "drugs.json");
  if (!existsSync(file)) throw new Error("static/dist/drugs.json is missing: run `python -m tools.drug_data`, or `make build`");
  return readFile(file, "utf8");
}

/** @param {Built} built @param {string} name */
const address = ({ names }, name) => JSON.stringify(URL_BASE + names.get(name));

/** @param {Built} built */
async function emitServiceWorkers({ dist, names }) {
  const precached = PRECACHED.map((name) => ({ url: URL_BASE + names.get(name) }));
  const workers = await bundle(["js/sw.js", "js/sw_kill.js"], {
    __PRECACHED__: JSON.stringify(precached),
    "process.env.NODE_ENV": '"production"',
  });
  for (const { name, text } of workers) await writeFile(path.join(dist, name), text);
}

/**
 * Writes .br and .gz beside a file unless they are there: the name carries the content's hash, so
 * they cannot be stale. Plotly alone takes seconds.
 * @param {string} dist
 * @param {string} name
 */
export async function compress(dist, name) {
  const file = path.join(dist, name);
  if (!COMPRESSED.test(name) || (existsSync(`${file}.br`) && existsSync(`${file}.gz`))) return;
  const content = await readFile(file);
  const params = { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length, [zlib.constants.BROTLI_PARAM_LGWIN]: 22 };
  const [br, gz] = await Promise.all([brotli(content, { params }), gzip(content, { level: 9 })]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}

/**
 * @param {string} dist
 * @param {string} name
 * @returns {Promise<Record<string, string>>} a list that an earlier build left, empty when there is none
 */
async function earlier(dist, name) {
  const file = path.join(dist, name);
  return existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : {};
}

/**
 * Writes the manifest, and moves the one before to previous.json when anything changed.
 * @param {Built} built
 */
async function writeManifests({ dist, names }) {
  const lists = ["manifest.json", "previous.json", "icons.json"].map((name) => earlier(dist, name));
  const [current, previous, icons] = await Promise.all(lists);
  const manifest = Object.fromEntries([...names].sort());
  const older = JSON.stringify(current) === JSON.stringify(manifest) ? previous : current;
  await writeFile(path.join(dist, "previous.json"), JSON.stringify(older, null, 1));
  await writeFile(path.join(dist, "manifest.json"), JSON.stringify(manifest, null, 1));
  const named = [manifest, older, icons].flatMap((list) => Object.values(list));
  await sweep(dist, new Set(["manifest.json", "previous.json", "icons.json", "drugs.json", "sw.js", "sw_kill.js", ...named]));
}

/**
 * Removes what neither this build nor the one before names.
 * @param {string} dist
 * @param {Set<string>} kept
 */
async function sweep(dist, kept) {
  for (const name of await readdir(dist)) {
    if (!kept.has(name.replace(/\.(br|gz)$/, ""))) await rm(path.join(dist, name));
  }
}

/**
 * @param {string} dist where to build
 * @param {{compressed?: boolean}} [how] compressed: whether .br and .gz are written too
 * @returns {Promise<Map<string, string>>} name -> hashed name
 */
export async function build(dist = DIST, { compressed = true } = {}) {
  await mkdir(dist, { recursive: true });
  /** @type {Built} */
  const built = { dist, names: new Map() };
  await emitPlotly(built);
  await emitIcons(built);
  await emitSharing(built, ["js/app.js", "js/day.js"], await emitFetched(built));
  const outputs = await bundle(["js/chart.js", "js/passkeys.js", "js/timer.js", "js/push.js", "js/install.js", "js/visit.js", "js/panel.js", "js/sheets.js", "css/app.css", "css/chart.css", "css/timer.css", "css/practice.css", "css/cohort.css"], {
    __PLOTLY_JS__: address(built, "plotly.js"),
    __PLOTLY_CSS__: address(built, "plotly.css"),
  });
  for (const { name, text } of outputs) await emit(built, name, text);
  await emitServiceWorkers(built);
  if (compressed) await Promise.all([...built.names.values()].map((name) => compress(dist, name)));
  await writeManifests(built);
  return built.names;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const built = await build();
  console.log(`built ${built.size + 1} files into static/dist in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
