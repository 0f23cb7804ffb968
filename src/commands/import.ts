import { exitCodes } from "../contract/errors.js";
import type { ImportResult } from "../import/result.js";
import type { Command, Context } from "./command.js";
import { runOptions } from "./run-options.js";
import { writeMissingSchema } from "./write-missing-schema.js";

export const importFiles: Command = {
  name: "import",
  summary: "Write migration files from a live server, or from a couchdb-bootstrap folder",
  server: ({ settings }) => settings.fromBootstrap === undefined,
  examples: [
    ["import", "write databases, design documents, indexes, users and replications to ./migrations"],
    ["import --database 'tenant-*' --out tenants", "only the databases that match"],
    ["import --from-bootstrap couchdb", "from a couchdb-bootstrap folder, without a server"],
  ],
  async run(context) {
    const result = await importInto(context);
    const { importSummary, importText } = await import("../render/import-text.js");
    context.log.close();
    if (result.files.length > 0) await writeMissingSchema(result.out, context);
    if (context.settings.format === "json") {
      context.printJson(result);
    } else {
      context.print(importText(result, context.style));
    }
    return { exitCode: exitCodes.done, summary: importSummary(result) };
  },
};

async function importInto(context: Context): Promise<ImportResult> {
  const { database, force, fromBootstrap: from, out = "./migrations" } = context.settings;
  const engine = await context.engine();
  if (from !== undefined) return engine.importBootstrap({ from, out, force });
  const pattern = database === undefined ? {} : { database };
  return engine.importServer({ ...runOptions(context), ...pattern, out, force });
}
