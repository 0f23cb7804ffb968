import { readFile } from "node:fs/promises";
import { exitCodes } from "../contract/errors.js";
import { packageFile } from "../package-file.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Command } from "./command.js";
import { writeOut } from "./write-out.js";

export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of migration files, of test files, or of couchdb-migrate.yaml, for editors",
  examples: [
    ["schema --out migrations/migration.schema.json", "for `# yaml-language-server: $schema=…`"],
    ["schema --settings --out settings.schema.json", "that of couchdb-migrate.yaml"],
  ],
  async run(context) {
    const { out, test, settings } = context.settings;
    if (test && settings)
      throw new InvalidSettings([
        "--settings: the schema is that of test files (--test), or of couchdb-migrate.yaml (--settings); choose one",
      ]);
    const name = test ? "tests" : settings ? "settings" : "migration";
    const text = await readFile(packageFile(`schemas/${name}.schema.json`), "utf8");
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
