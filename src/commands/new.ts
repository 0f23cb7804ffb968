import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes } from "../contract/errors.js";
import { InvalidSettings } from "../settings/problems.js";
import { didYouMean } from "../text/nearest.js";
import { unwritable } from "../text/unwritable.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { writeMissingSchema } from "./write-missing-schema.js";

export const newFile: Command = {
  name: "new",
  positionals: "<name> [path]",
  describe: { name: "what the step is for, in a few words" },
  summary: "Create the next migration file with an example step, or a test file",
  examples: [
    ["new orders", "write ./migrations/NNN-orders.yaml"],
    ["new orders-views --kind ensureDesignDocs", "with a step of this kind"],
    ["new orders --test", "write ./migrations/orders.test.yaml"],
  ],
  async run(context) {
    const { path, kind: name } = context.settings;
    if (context.settings.test) return (await import("./new-test.js")).newTest(context);
    const { kinds } = await import("../kinds/index.js");
    const kind = kinds.find((one) => one.name === name);
    if (!kind) {
      const known = kinds.map((one) => one.name);
      const meant = didYouMean(name, known, `; choose one of ${known.join(", ")}`);
      throw new InvalidSettings([`--kind: unknown step kind \`${visible(name)}\`${meant}`]);
    }
    const { fileName, fileText } = await import("./new-file.js");
    const { name: words = "" } = context.positionals;
    const target = fileName(words, await namesIn(path));
    if (target === undefined)
      throw new InvalidSettings([`name: \`${visible(words)}\` needs a letter from a to z or a digit`]);
    const { id } = target;
    const { ids, databases } = (await import("../migrations/outline.js")).outlineOf(path);
    const same = ids.get(id);
    if (same) {
      const place = `${visible(same.file)}:${same.line}`;
      throw new InvalidSettings([
        `name: id \`${id}\` is already used at ${place}; edit that step, or choose another name`,
      ]);
    }
    const { schemaLine } = await import("../migrations/schema-line.js");
    const file = join(path, target.file);
    try {
      await mkdir(path, { recursive: true });
      // `wx`: never overwrites a file that someone else created in the meantime.
      await writeFile(file, fileText({ id, kind, databases, schemaLine: schemaLine(path) }), { flag: "wx" });
    } catch (error) {
      const reason = unwritable(error);
      throw reason === undefined ? error : new InvalidSettings([`path: ${visible(file)} ${reason}`]);
    }
    await writeMissingSchema(path, context);
    context.print(`${file}\n`);
    return { exitCode: exitCodes.done };
  },
};

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new InvalidSettings([`path: ${visible(folder)} is a file; give a folder`]);
    throw error;
  }
}
