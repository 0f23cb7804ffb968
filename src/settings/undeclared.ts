import { didYouMean } from "../text/nearest.js";
import { list } from "../text/quantity.js";
import { quote } from "./value.js";

/** What is wrong with the name of an environment that is not among the declared ones. */
export function undeclared(name: string, declared: readonly string[]): string {
  if (declared.length === 0) return `${quote(name)} is not declared; add \`environments:\` to couchdb-migrate.yaml`;
  const all = `; couchdb-migrate.yaml declares ${list(declared, 20)}`;
  return `unknown environment ${quote(name)}${didYouMean(name, declared, all)}`;
}
