/** `new NAME --test`: writes a test file with an example that the migrations pass. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes } from "../contract/errors.js";
import { InvalidSettings } from "../settings/problems.js";
import { unwritable } from "../text/unwritable.js";
import { visible } from "../text/visible.js";
import type { Context, Outcome } from "./command.js";
import { writeMissingSchema } from "./write-missing-schema.js";

export async function newTest(context: Context): Promise<Outcome> {
  const { path } = context.settings;
  const { name: words = "" } = context.positionals;
  const { idOf } = await import("./new-file.js");
  const id = idOf(words.replace(/\.test$/, ""));
  if (id === "") throw new InvalidSettings([`name: \`${visible(words)}\` needs a letter from a to z or a digit`]);
  const { outlineOf } = await import("../migrations/outline.js");
  const { testText } = await import("./new-test-text.js");
  const { schemaLine } = await import("../migrations/schema-line.js");
  const { databases } = outlineOf(path);
  const text = testText({ id, databases, schemaLine: schemaLine(path, "tests.schema.json") });
  const file = join(path, `${id}.test.yaml`);
  try {
    await mkdir(path, { recursive: true });
    // `wx`: never overwrites a file that exists.
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const reason = unwritable(error);
    throw reason === undefined ? error : new InvalidSettings([`path: ${visible(file)} ${reason}`]);
  }
  await writeMissingSchema(path, context, "tests.schema.json");
  context.print(`${file}\n`);
  return { exitCode: exitCodes.done };
}
