import { readFileSync } from "node:fs";
import { packageFile } from "./package-file.js";

interface Package {
  readonly version: string;
  readonly engines: { readonly node: string };
}

const { version: own, engines } = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as Package;

/** The version of couchdb-migrate, from its package.json. */
export const version: string = own;

/**
 * The supported versions of Node.js, as a range from package.json.
 *
 * @internal
 */
export const supportedNode: string = engines.node;
