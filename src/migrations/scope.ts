/** The variables of a load. */
import type { FilesScope } from "../contract/options.js";
import type { Env } from "./variables.js";

/**
 * The variables of a load.
 *
 * @internal
 */
export function variablesIn({ env = process.env, variables = {} }: FilesScope): Env {
  const used = usualIn({ env, variables });
  return used.length === 0 ? env : { ...env, ...Object.fromEntries(used.map((name) => [name, variables[name]])) };
}

/**
 * The names whose values come from `variables`.
 *
 * @internal
 */
export function usualIn({ env = process.env, variables = {} }: FilesScope): string[] {
  return Object.keys(variables).filter((name) => env[name] === undefined && !env[`${name}_FILE`]);
}
