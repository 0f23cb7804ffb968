/**
 * Generates files from the step kinds, the settings, the rules of lint and the errors: validators and lists (src/generated, not
 * committed), the editor schema and the references (committed). With `--check` it writes nothing, and fails if a
 * committed file is stale. With `--uncommitted` it writes only what is not committed: a build that rewrote the committed
 * files, as after `npm ci`, would hide that they are stale.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { editorSchema, testsSchema } from "./generate/editor-schema.mjs";
import { errorReference } from "./generate/error-reference.mjs";
import { libraryReference } from "./generate/library-reference.mjs";
import { lintReference } from "./generate/lint-reference.mjs";
import { loadKinds, root } from "./generate/load-kinds.mjs";
import { permissionsReference } from "./generate/permissions-reference.mjs";
import { settingsSchema } from "./generate/settings-schema.mjs";
import { stepReference } from "./generate/step-reference.mjs";
import { planValidatorCode, testValidatorCode, validatorCode } from "./generate/validator-code.mjs";
import { withoutSnapshot } from "./generate/without-snapshot.mjs";

const loaded = await loadKinds();

const committed = {
  "schemas/migration.schema.json": () => editorSchema(loaded),
  "schemas/tests.schema.json": () => testsSchema(loaded),
  "schemas/settings.schema.json": () => settingsSchema(loaded),
  "docs/steps.md": () => stepReference(loaded),
  "docs/errors.md": () => errorReference(loaded),
  "docs/permissions.md": () => permissionsReference(loaded),
  "docs/lint.md": () => lintReference(loaded),
  "docs/library-reference.md": () => libraryReference(),
  "docs/settings.md": () => loaded.settingsReference(),
};
const generated = {
  "src/generated/validators.ts": () => validatorCode(loaded),
  "src/generated/plan-validators.ts": () => planValidatorCode(loaded),
  "src/generated/test-validators.ts": () => testValidatorCode(loaded),
  "src/generated/without-snapshot.ts": () => withoutSnapshot(loaded),
};

if (process.argv.includes("--check")) {
  const stale = [];
  for (const [file, make] of Object.entries(committed)) {
    if ((await current(file)) !== (await make())) stale.push(file);
  }
  for (const file of stale) console.error(`${file} is stale: run \`npm run generate\`, and commit it`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  const files = process.argv.includes("--uncommitted") ? generated : { ...generated, ...committed };
  for (const [file, make] of Object.entries(files)) {
    const text = await make();
    // An unchanged file keeps its modification time, so that watchers don't fire.
    if ((await current(file)) === text) continue;
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
}

function current(file) {
  return readFile(join(root, file), "utf8").catch(() => undefined);
}
