/** What compiles and runs the JavaScript of design documents. */
import { path } from "../../couch/path.js";
import { readIfAllowed } from "../../couch/read-if-allowed.js";
import { membersOf } from "../../text/json.js";
import { type CheckKind, ok, skipped } from "../check.js";

export const engine: CheckKind = {
  group: "server",
  name: "javascript-engine",
  needs: "login",
  async find({ contact: { couch }, foreign }) {
    const body = await readIfAllowed(couch, path`/_node/_local/_versions`);
    if (body === undefined) {
      return skipped(
        "the server does not tell its JavaScript engine",
        "To see it, run doctor as a server admin. Before CouchDB 3.2, it is SpiderMonkey.",
      );
    }
    const { javascript_engine, erlang } = membersOf(body);
    const engine = membersOf(javascript_engine);
    const [name, version, otp] = [engine.name, engine.version, membersOf(erlang).version].map((text) =>
      typeof text === "string" ? foreign(text) : undefined,
    );
    const facts = { name: name ?? null, version: version ?? null, erlang: otp ?? null };
    return ok([name ?? "unknown", ...(version ? [version] : []), ...(otp ? [`(Erlang ${otp})`] : [])].join(" "), {
      facts,
    });
  },
};
