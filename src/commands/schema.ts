import { readFile } from "node:fs/promises";
import { exitCodes } from "../errors.js";
import type { Command } from "./command.js";

/** `../..` is the package's folder from src/commands and from dist/commands alike. */
const file = new URL("../../schemas/migration.schema.json", import.meta.url);

export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of migration files, for editors",
  examples: [["schema > migration.schema.json", "for `# yaml-language-server: $schema=…`"]],
  async run(context) {
    context.print(await readFile(file, "utf8"));
    return { exitCode: exitCodes.done };
  },
};
