import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Loads tables and registries from their TypeScript sources. They are bundled inside the project, so that their
 * imports of packages resolve.
 */
export async function loadKinds() {
  const entry = `
    export { kinds } from "./src/kinds/index.js";
    export { specSchema } from "./src/migrations/spec-schema.js";
    export { requireSchema, takesRequire } from "./src/steps/require.js";
    export { planSchema } from "./src/engine/approval/plan-schema.js";
    export { checks } from "./src/testing/checks/index.js";
    export { fileSchema, testSchema } from "./src/testing/file-schema.js";
    export { namePattern } from "./src/contract/options.js";
    export { newAjv } from "./src/migrations/ajv.js";
    export { catalogue, exitCodes, exitMeanings } from "./src/contract/errors.js";
    export { commandRights, kindRights } from "./src/doctor/rights.js";
    export { rules } from "./src/lint/rules/index.js";
    export { unusedOff } from "./src/lint/off.js";
    export { settingsReference } from "./src/settings/reference.js";
    export { settingNames, settings } from "./src/settings/table.js";
    export { keyOf } from "./src/settings/setting.js";
    export * as policies from "./src/contract/policies.js";
  `;
  const parent = join(root, "node_modules/.cache");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "couchdb-migrate-"));
  const outfile = join(folder, "kinds.mjs");
  try {
    await build({
      stdin: { contents: entry, resolveDir: root, loader: "ts" },
      outfile,
      bundle: true,
      packages: "external",
      format: "esm",
      platform: "node",
      logLevel: "error",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A copy of a schema in which `change` is applied to each subschema, innermost first. */
export function mapSchema(schema, change) {
  const copy = { ...schema };
  for (const keyword of ["properties", "patternProperties"]) {
    if (copy[keyword]) copy[keyword] = mapValues(copy[keyword], (child) => mapSchema(child, change));
  }
  for (const keyword of ["additionalProperties", "items", "propertyNames"]) {
    if (typeof copy[keyword] === "object") copy[keyword] = mapSchema(copy[keyword], change);
  }
  for (const keyword of ["oneOf", "anyOf"]) {
    if (copy[keyword]) copy[keyword] = copy[keyword].map((child) => mapSchema(child, change));
  }
  return change(copy);
}

export function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
