/** What compiles and runs the JavaScript of design documents. */
import { path } from "../../couch/path.js";
import { membersOf } from "../../text/json.js";
import { type CheckKind, ok, skipped } from "../check.js";

export const engine: CheckKind = {
  group: "server",
  name: "javascript-engine",
  needs: "login",
  async find({ contact: { couch }, foreign }) {
    const { status, body } = await couch.read(path`/_node/_local/_versions`, { accept: [400, 404, 405] });
    if (status !== 200) {
      return skipped(
        "this CouchDB does not tell its JavaScript engine",
        "None: before CouchDB 3.2 it is SpiderMonkey.",
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
