/** Which CouchDB answers, its vendor and its features. */
import { path } from "../../couch/path.js";
import { isAtLeast } from "../../couch/version.js";
import { isStringArray, membersOf } from "../../text/json.js";
import { type CheckKind, ok, warning } from "../check.js";

/** Older versions lack what steps need. */
const oldest = "2.0";

export const server: CheckKind = {
  group: "server",
  name: "server",
  needs: "server",
  async find({ contact: { couch }, foreign }) {
    // A server that shows nothing without a login still sends its version in a header.
    const welcome = membersOf(
      await couch.read(path`/`).then(
        ({ body }) => body,
        () => undefined,
      ),
    );
    const version = foreign(await couch.version());
    const { name } = membersOf(welcome.vendor);
    const vendor = typeof name === "string" ? foreign(name) : undefined;
    const features = isStringArray(welcome.features) ? welcome.features.map(foreign) : [];
    const facts = { version, vendor: vendor ?? null, features };
    const of = vendor === undefined ? "" : ` of ${vendor}`;
    const detail = `CouchDB ${version}${of}${features.length > 0 ? `, with ${features.join(", ")}` : ""}`;
    if (isAtLeast(version, oldest)) return ok(detail, { facts });
    return warning(detail, "Upgrade CouchDB: versions before 2.0 are not supported.", { facts });
  },
};
