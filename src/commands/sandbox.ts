import { exitCodes } from "../contract/errors.js";
import type { Command } from "./command.js";
import { openSandbox } from "./open-sandbox.js";

export const sandbox: Command = {
  name: "sandbox",
  summary: "Run the embedded server until it is stopped; its data is not kept",
  examples: [
    ["sandbox", "admin party, at http://127.0.0.1:5984"],
    ["sandbox --port 0 --username admin --password secret", "with an admin, on a free port"],
  ],
  async run(context) {
    const { username, host, port } = context.settings;
    const server = await openSandbox(context.settings, { host, port });
    const login =
      username === undefined
        ? []
        : [`export COUCHDB_USERNAME=${quoted(username)}`, "# and COUCHDB_PASSWORD: the password that you chose"];
    const lines = [`export COUCHDB_URL=${quoted(server.connection.url)}`, ...login];
    context.print(`${lines.join("\n")}\n`);
    context.log.info(`the sandbox listens on ${server.connection.url}; press Ctrl+C to stop it`);
    await aborted(context.signal);
    await server.stop();
    return { exitCode: exitCodes.done };
  },
};

/** Quotes text as a single shell word. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // A signal listener does not keep the process alive; the server does.
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
