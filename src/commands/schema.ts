import { readFile } from "node:fs/promises";
import { exitCodes } from "../contract/errors.js";
import { packageFile } from "../package-file.js";
import type { Command } from "./command.js";
import { writeOut } from "./write-out.js";

export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of migration files, or of test files, for editors",
  examples: [["schema --out migrations/migration.schema.json", "for `# yaml-language-server: $schema=…`"]],
  async run(context) {
    const text = await readFile(
      packageFile(`schemas/${context.settings.test ? "tests" : "migration"}.schema.json`),
      "utf8",
    );
    const { out } = context.settings;
    if (out === undefined) {
      if (context.settings.logFormat === "json") context.printJson(JSON.parse(text));
      else context.print(text);
      return { exitCode: exitCodes.done };
    }
    await writeOut(out, text);
    context.log.info(`schema written to ${out}`);
    return { exitCode: exitCodes.done };
  },
};
