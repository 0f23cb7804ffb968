/**
 * Whether a version of Node.js is in the range of package.json's `engines`: alternatives such as `^1.2.3` and `>=1`.
 * Pure.
 */
import { isAtLeast } from "../couch/version.js";

export function isSupported(version: string, range: string): boolean {
  return range.split("||").some((alternative) => {
    const [, operator, least = ""] = /^(\^|>=)(\S+)$/.exec(alternative.trim()) ?? [];
    return isAtLeast(version, least) && (operator === ">=" || majorOf(version) === majorOf(least));
  });
}

function majorOf(version: string): string | undefined {
  return version.split(".", 1)[0];
}
