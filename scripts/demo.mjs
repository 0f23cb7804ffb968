// `npm run demo`: shows the tool at work against the embedded server, starting with an empty CouchDB. Needs only `npm
// ci`.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSandbox } from "../dist/sandbox.cjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const acts = [
  ["What would happen? Nothing is written.", ["plan"]],
  ["Do it.", ["apply"]],
  ["How do things stand?", ["status"]],
  ["Once more: nothing is left to do.", ["apply"]],
  ["A plan agrees: with --detailed-exitcode, 2 would mean that changes are pending.", ["plan", "--detailed-exitcode"]],
];

const server = await startSandbox({ adminParty: true });
console.log(`An empty server without an admin, in memory, at ${server.url}.`);
console.log("migrations/001-overmind.yaml: an admin, a database, its security, its design documents.");
try {
  for (const [title, args] of acts) {
    console.log(`\n── ${title}\n$ couchdb-migrate ${args.join(" ")}`);
    const code = await run(args);
    if (code !== 0) {
      console.error(`\nThe demo failed: couchdb-migrate ${args.join(" ")} ended with ${code}.`);
      process.exitCode = 1;
      break;
    }
  }
} finally {
  await server.close();
}

/** Runs the built command as a pod would, with four environment variables. Returns its exit code. */
function run(args) {
  const { hostname, port } = new URL(server.url);
  const child = spawn(process.execPath, [join(root, "dist", "cli.cjs"), ...args], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...withoutCouch(process.env),
      COUCHDB_SERVICE_HOST: hostname,
      COUCHDB_SERVICE_PORT: port,
      COUCHDB_USERNAME: "overmind",
      COUCHDB_PASSWORD: "for-the-demo-only",
    },
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
}

/** The demo uses its own server, even if the shell sets another one. */
function withoutCouch(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("COUCHDB_")));
}
