/**
 * Bundles the code in two steps, because esbuild only splits ES modules: code that several files need, or that is
 * imported on demand, goes into separate files; then each file is converted to CommonJS. CommonJS starts faster than
 * ES modules: Node has no loader to set up, and an `import` of a built-in module reads all of its exports (for
 * `node:http`, from Node 22 on, this loads all of undici), while `require` does not.
 */
import { basename } from "node:path";
import { build, transform } from "esbuild";
import { root } from "../generate/load-kinds.mjs";

/** The oldest version that package.json allows. */
const target = "node20.19";

/**
 * `entries`: source files by name. Returns the texts of the files by name, the folders of the bundled packages, and
 * what each entry exports.
 */
export async function bundle(entries) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target,
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const commonJs = commonJsPackagesIn(metafile);
  const files = new Map();
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    files.set(name, await asCommonJs(commonJs.has(name) ? withNamedExports(text, name) : text));
  }
  return { files, folders: packageFoldersIn(metafile), exportsOf: exportsIn(metafile) };
}

/**
 * Paths relative to the source file become paths relative to the bundle. An `import` with a computed path loads a
 * user's module, which is not in the bundle, so it has to stay an `import`.
 */
async function asCommonJs(text) {
  const usesUrl = text.includes("import.meta.url");
  const computed = /\bimport\(([A-Za-z_$][\w$]*)\)/g;
  const banner = [
    ...(usesUrl ? ['const importMetaUrl = require("node:url").pathToFileURL(__filename).href;'] : []),
    ...(computed.test(text) ? ["const importComputed = (url) => import(url);"] : []),
  ];
  const { code } = await transform(text.replaceAll(computed, "importComputed($1)"), {
    format: "cjs",
    platform: "node",
    target,
    supported: { "dynamic-import": false },
    ...(usesUrl && { define: { "import.meta.url": "importMetaUrl" } }),
    ...(banner.length > 0 && { banner: banner.join("\n") }),
    logLevel: "warning",
  });
  return code;
}

/** The files that contain only a CommonJS package that is imported on demand. */
function commonJsPackagesIn({ inputs, outputs }) {
  const names = Object.entries(outputs).filter(([, { entryPoint }]) => inputs[entryPoint]?.format === "cjs");
  return new Set(names.map(([file]) => basename(file)));
}

/**
 * esbuild gives such a file only a default export, because the exports of a CommonJS package are unknown until it
 * runs. Node and TypeScript know its named exports too, so `await import("yaml")` needs them here as well.
 */
function withNamedExports(text, name) {
  const whole = /^export default (require_\w+\(\));$/m;
  if (!whole.test(text)) throw new Error(`${name}: the export of a CommonJS package is not where it was expected`);
  return text.replace(
    whole,
    "const whole = $1;\nmodule.exports = Object.assign({}, whole, { default: whole, __esModule: true });",
  );
}

/** `node_modules/ajv`, `node_modules/@scope/name`, also if one is nested in another. */
function packageFoldersIn({ outputs }) {
  const inputs = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = inputs.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

function exportsIn({ outputs }) {
  return Object.fromEntries(Object.entries(outputs).map(([file, { exports }]) => [basename(file, ".cjs"), exports]));
}
