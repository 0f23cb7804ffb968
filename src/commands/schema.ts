import { readFile } from "node:fs/promises";
import { exitCodes } from "../errors.js";
import { packageFile } from "../package-file.js";
import type { Command } from "./command.js";

export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of migration files, for editors",
  examples: [["schema > migration.schema.json", "for `# yaml-language-server: $schema=…`"]],
  async run(context) {
    context.print(await readFile(packageFile("schemas/migration.schema.json"), "utf8"));
    return { exitCode: exitCodes.done };
  },
};
