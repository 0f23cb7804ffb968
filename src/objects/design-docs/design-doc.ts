import { isDeepStrictEqual } from "node:util";
import type { Origin } from "../../steps/step-files.js";
import { isObject, type JsonObject, membersOf } from "../../text/json.js";

/** A design document without `_id`, `_rev` and attachments: what a step declares, and what is compared. */
export type DesignDoc = JsonObject;

/** A fault in a design document. */
export interface Fault {
  /** The field at fault: `["views", "by-owner", "map"]`; empty: the document. */
  readonly keys: readonly string[];
  /** The offset in the field's text, in code units from 0. */
  readonly offset?: number;
  readonly code: string;
  readonly message: string;
}

/** A design document as it was read. */
export interface FoundDesignDoc {
  /** Without `_design/`. */
  readonly name: string;
  readonly doc: DesignDoc;
  readonly at: Origin;
  /** Reports a fault, at the place where its author finds it. */
  report(fault: Fault): void;
}

const prefix = "_design/";

export function idOf(name: string): string {
  return `${prefix}${name}`;
}

/** The name in a design document's id; undefined for other ids. */
export function nameInId(id: unknown): string | undefined {
  if (typeof id !== "string" || !id.startsWith(prefix) || id.length === prefix.length) return undefined;
  return id.slice(prefix.length);
}

/** Only CouchDB can judge functions in other languages. */
export function isJavaScript({ language }: DesignDoc): boolean {
  return language === undefined || language === "javascript";
}

/** The names of its views, without `lib`. */
export function viewNames({ views }: DesignDoc): readonly string[] {
  return isObject(views) ? Object.keys(views).filter((name) => name !== "lib") : [];
}

/** CouchDB's default if the language is missing. */
export function withLanguage(doc: DesignDoc): DesignDoc {
  return { language: "javascript", ...doc };
}

/** The fields from which CouchDB computes the signature of the index. */
export function indexed(doc: DesignDoc): unknown {
  const { language, options = {}, views } = withLanguage(doc);
  const { lib = {}, ...others } = membersOf(views);
  const functions = Object.entries(others).map(([name, view]) => {
    const { map, reduce, options: ofView = {} } = membersOf(view);
    return [name, { map, reduce, options: ofView }];
  });
  return { language, options, lib, views: Object.fromEntries(functions) };
}

/** CouchDB keeps one index for all design documents of a database with the same views. */
export function hasSameIndex(one: DesignDoc, other: DesignDoc): boolean {
  return isDeepStrictEqual(indexed(one), indexed(other));
}
