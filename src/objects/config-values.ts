/**
 * What an ini file can contain, which values are secret, and how a plan shows them. Shared by the configuration
 * kinds.
 */
import type { Couch } from "../couch/couch.js";
import { configSection, type NodeLook, onEveryNode } from "../couch/nodes.js";
import { masked } from "../secrets/masked.js";
import { isBooleanText, isSecretName } from "../secrets/names.js";
import { maskUrls } from "../secrets/urls.js";
import type { SpecProblem } from "../steps/kind.js";
import type { StepWarning } from "../steps/warnings.js";
import { toPointer } from "../text/pointer.js";
import { claimPart } from "./claim-part.js";

/** One value of the configuration: `[log] level`. */
export interface ConfigKey {
  readonly section: string;
  readonly key: string;
}

export const sectionPattern = "^[A-Za-z0-9._-]+(?: +[A-Za-z0-9._-]+)*(?::[!-Z\\\\^-~]+(?: +[!-Z\\\\^-~]+)*)?$";
/** White space before a `=` would end the key. */
export const keyPattern = "^(?!.* =)[!-:<>-Z\\\\^-~](?:[ -:<-Z\\\\^-~]*[!-:<-Z\\\\^-~])?$";

/** The first version that reads keys with a `=` from its file. */
export const equalsInKeysSince = "3.3";

export function claim({ section, key }: ConfigKey): string {
  return `config/${claimPart(section)}/${key}`;
}

export function pointerTo({ section, key }: ConfigKey): string {
  return toPointer([section, key]);
}

/** As CouchDB wants it in one line: a key in PEM has `\n` for its line ends. */
export function inOneLine(value: string): string {
  return value.startsWith("-----BEGIN ") ? value.trimEnd().replaceAll(/\r?\n/g, "\\n") : value;
}

/** When CouchDB writes the first of these keys, it overwrites the second one in its file. */
export function overwrittenKey(keys: readonly string[]): readonly [string, string] | undefined {
  for (const key of keys) {
    const other = keys.find((one) => one.startsWith(`${key}=`));
    if (other !== undefined) return [key, other];
  }
  return undefined;
}

/**
 * `undefined`: an ini file can contain the value. CouchDB reads bytes as characters, so it accepts UTF-8 text whose
 * bytes are printable in Latin-1.
 */
export function whyNotIni(value: string): string | undefined {
  const bytes = Buffer.from(value).toString("latin1");
  if (value === "") return "CouchDB drops empty values from its configuration; use removeConfig to remove a value";
  if (/[\r\n]/.test(value)) return "a value of CouchDB's configuration must be one line";
  if (bytes.trim() !== bytes) return "CouchDB removes white space around a value; leave it out";
  if (/(?:^|[ \t]);/.test(value)) return "what follows a `;` after white space is a comment in CouchDB's configuration";
  if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(bytes)) return "CouchDB's configuration does not allow one of its characters";
  return undefined;
}

/** Admins have their own step kind, which sends hashes. */
export function adminsProblem(sections: object, instead: string): readonly SpecProblem[] {
  if (!Object.hasOwn(sections, "admins")) return [];
  const message = `\`admins\` contains passwords; use \`${instead}\` for them`;
  return [{ path: "/admins", code: "use-another-step", message }];
}

/** Sections in which every value is secret. */
const secretSections: ReadonlySet<string> = new Set(["admins", "jwt_keys"]);

/** Whether it is secret, in the files and on the server. */
export function isSecretConfig({ section, key }: ConfigKey, value: string): boolean {
  return secretSections.has(section) || (isSecretName(key) && !isBooleanText(value));
}

export function shownValue(at: ConfigKey, value: string): string {
  return isSecretConfig(at, value) ? masked : maskUrls(value);
}

/** The value if all nodes have the same one, otherwise each node's value. `null`: no value. */
export function shownBefore(at: ConfigKey, nodes: readonly NodeConfig[]): unknown {
  const up = nodes.filter(({ down }) => !down);
  const values = up.map(({ node, values }) => [node, values.get(claim(at))] as const);
  const show = (value: string | undefined) => (value === undefined ? null : shownValue(at, value));
  const [first] = values;
  if (values.every(([, value]) => value === first?.[1])) return show(first?.[1]);
  return Object.fromEntries(values.map(([node, value]) => [node, show(value)]));
}

/** One node's values of the requested keys. */
export interface NodeConfig {
  readonly node: string;
  readonly down: boolean;
  /** The server's version, if it matters: some keys contain a `=`. */
  readonly version?: string;
  /** By `claim`. */
  readonly values: ReadonlyMap<string, string>;
}

/** Sends one request per section and node. */
export async function observeConfig(couch: Couch, keys: readonly ConfigKey[]): Promise<readonly NodeConfig[]> {
  const sections = [...new Set(keys.map(({ section }) => section))];
  const looks: readonly NodeLook<Map<string, string>>[] = await onEveryNode(couch, async (node) => {
    const found = await Promise.all(
      sections.map(async (section) => [section, await configSection(couch, node, section)] as const),
    );
    const bySection = new Map(found);
    return new Map(
      keys.flatMap((one) => {
        const values = bySection.get(one.section) ?? {};
        const value = Object.hasOwn(values, one.key) ? values[one.key] : undefined;
        return value === undefined ? [] : [[claim(one), value] as const];
      }),
    );
  });
  const version = keys.some(({ key }) => key.includes("=")) ? { version: await couch.version() } : {};
  return looks.map(({ node, ...look }) => ({
    node,
    down: look.down,
    values: look.down ? new Map() : look.seen,
    ...version,
  }));
}

export function nodesDown(nodes: readonly { readonly node: string; readonly down: boolean }[]): StepWarning[] {
  return nodes.filter(({ down }) => down).map(({ node }) => ({ code: "node-down", node }));
}
