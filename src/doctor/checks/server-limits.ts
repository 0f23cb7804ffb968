/** The maximum size of documents and requests, according to CouchDB's configuration. Disk space can't be read. */
import { configSection } from "../../couch/nodes.js";
import { isAtLeast } from "../../couch/version.js";
import { type CheckKind, ok } from "../check.js";

export const serverLimits: CheckKind = {
  group: "server",
  name: "server-limits",
  needs: "login",
  async find({ contact: { couch }, foreign }) {
    const http = isAtLeast(await couch.version(), "3.0") ? "chttpd" : "httpd";
    // Only these keys are read: a section may contain secrets.
    const { max_document_size } = await configSection(couch, "_local", "couchdb");
    const { max_http_request_size } = await configSection(couch, "_local", http);
    const limits = { max_document_size, max_http_request_size };
    const facts = Object.fromEntries(
      Object.entries(limits).map(([key, value]) => [key, value ? foreign(value) : null]),
    );
    const detail = Object.entries(facts).map(([key, value]) => `${key} ${value ?? "is CouchDB's default"}`);
    return ok(detail.join(", "), { facts });
  },
};
