/** The versions of couchdb-migrate and of its environment. */
import { arch, release } from "node:os";
import { supportedNode, version } from "../../version.js";
import { type CheckKind, ok, warning } from "../check.js";
import { isSupported } from "../supported.js";

export const tool: CheckKind = {
  group: "machine",
  name: "tool",
  find() {
    const { node } = process.versions;
    const facts = { version, node, platform: process.platform, arch: arch(), release: release() };
    const detail = `couchdb-migrate ${version}, Node.js ${node}, ${process.platform} ${arch()} (${release()})`;
    if (isSupported(node, supportedNode)) return ok(detail, { facts });
    return warning(detail, `Use a version of Node.js that is supported: ${supportedNode}.`, { facts });
  },
};
