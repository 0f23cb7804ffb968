/**
 * What comes from a server is data: no command executes it, and the embedded server runs its functions in isolation.
 */
import { expect, it } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { freshDatabase } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

/** A process that evaluates this exits with 99, even inside `node:vm`. */
const canary = `(function () {
  try {
    (typeof process === "object" ? process : globalThis.constructor.constructor("return process")()).exit(99);
  } catch (e) {}
})()`;
const asFunction = `(function () { ${canary}; return function (doc) { ${canary}; emit(1); }; })()`;
const hostile = {
  views: {
    lib: { m: `${canary}; exports.x = 1;` },
    v: { map: asFunction, reduce: `(function () { ${canary}; return function () { ${canary}; return 1; }; })()` },
    w: { map: `function (doc) { require("views/lib/m"); }` },
  },
  filters: { f: asFunction },
  updates: { u: asFunction },
  shows: { s: asFunction },
  lists: { l: asFunction },
  validate_doc_update: `(function () { ${canary}; return function () { ${canary}; }; })()`,
  "${COUCHDB_PASSWORD}": `$(kill $PPID) \`kill $PPID\` ${canary}`,
};

it("import, plan, status, validate and the sandbox run no code that a server sends", async () => {
  const { url, admin } = server();
  const name = await freshDatabase("hostile");
  await must(server(), "PUT", `/${name}/_design/d`, { body: hostile });
  await must(server(), "PUT", `/${name}/a`, { body: { text: canary, constructor: canary, toString: canary } });
  const cwd = await tempFolder();
  const env = loginEnv(url, admin);
  const ends = async (...args: string[]) => {
    const { code, stderr } = await runCli(args, { cwd, env });
    expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
  };
  await ends("import", "--database", name, "--out", "migrations");
  await ends("validate");
  await ends("plan", "--set", name);
  await ends("status", "--set", name);
  await ends("plan", "--sandbox");
  await ends("apply", "--sandbox");
});
