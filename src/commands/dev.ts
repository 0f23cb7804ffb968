import { exitCodes } from "../contract/errors.js";
import type { Command } from "./command.js";
import { isGiven } from "./dev-server.js";

export const dev: Command = {
  name: "dev",
  positionals: "[path]",
  summary: "Apply and test the files on a development server after every change",
  server: isGiven,
  examples: [
    ["dev", "on an embedded server, which keeps its data"],
    ["dev --url http://admin:password@127.0.0.1:5984", "on a CouchDB on this machine"],
    ["dev --environment development", "where couchdb-migrate.yaml has `development: true`"],
  ],
  async run(context) {
    await (await import("./dev/run.js")).runDev(context);
    return { exitCode: exitCodes.done };
  },
};
