/**
 * A check of `doctor`. To add one: write `checks/<name>.ts` and add it to the list in `checks/index.ts`, at its
 * position in the report.
 *
 * A check may throw: the others still run, and `run-checks.ts` handles the error. A check only sends reads. Text from
 * the server goes through `foreign` before it is shown.
 */
import type { Check, CheckGroup } from "../contract/diagnosis.js";
import type { MigrateError } from "../contract/errors.js";
import type { DoctorOptions } from "../contract/options.js";
import type { Problem } from "../contract/problem.js";
import { placeOf } from "../text/place-of.js";
import type { Contact } from "./contact.js";
import type { FilesLook } from "./look-at-files.js";

export type Finding = Omit<Check, "group" | "name">;

/** What all checks have access to. */
export interface Scene {
  readonly options: DoctorOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: FilesLook;
  readonly contact: Contact;
  /** Removes secrets from text that someone else wrote. */
  foreign(text: string): string;
}

/** The scene for a check that needs the server. */
export type OnServer<Is extends Contact["is"]> = Scene & { readonly contact: Extract<Contact, { is: Is }> };

interface Common {
  readonly group: CheckGroup;
  readonly name: string;
}

export type CheckKind =
  | (Common & { readonly needs?: never; find(scene: Scene): Finding | Promise<Finding> })
  /** Skipped if there is no CouchDB at the address. */
  | (Common & { readonly needs: "server"; find(scene: OnServer<"refused" | "accepted">): Finding | Promise<Finding> })
  /** Also skipped if CouchDB refuses the login. */
  | (Common & { readonly needs: "login"; find(scene: OnServer<"accepted">): Finding | Promise<Finding> });

type More = Pick<Finding, "lines" | "facts" | "code">;

export function ok(detail: string, more: More = {}): Finding {
  return { status: "ok", detail, ...more };
}

export function warning(detail: string, next: string, more: More = {}): Finding {
  return { status: "warning", detail, next, ...more };
}

export function skipped(detail: string, next: string, more: More = {}): Finding {
  return { status: "skipped", detail, next, ...more };
}

/** The error that a command would end with. */
export function problem({ code, message, next, data }: MigrateError): Finding {
  const { problems } = data;
  const lines = Array.isArray(problems) && problems.length > 1 ? { lines: problems.map(problemLine) } : {};
  return { status: "problem", detail: message, next, code, ...lines };
}

function problemLine(one: Problem | string): string {
  return typeof one === "string" ? one : `${placeOf(one)}${one.message}`;
}
