/**
 * Whether the server can run the language of a design document. CouchDB stores any language, and only reports an
 * unknown one when a function is called; by then, the previous version is gone.
 */

import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { sharedIn } from "../../couch/shared.js";
import type { StepWarning } from "../../steps/warnings.js";
import { didYouMean } from "../../text/nearest.js";
import { assertOurs, languageProbe } from "./companions.js";
import { type DesignDoc, idOf } from "./design-doc.js";
import { deleteDesignDoc, readDesignDoc } from "./stored.js";

/** Available in every CouchDB. */
const always: readonly string[] = ["javascript", "query"];
/** Part of CouchDB, but turned off by default. */
const bySetting: readonly string[] = ["erlang"];

const probeName = "couchdb-migrate--language";

type Named = { readonly name: string; readonly doc: DesignDoc };

/** A warning for each language that looks like a typo of one of CouchDB's. Pure. */
export function languageWarnings(docs: Readonly<Record<string, DesignDoc>>): StepWarning[] {
  return Object.entries(docs).flatMap(([name, doc]) => {
    const language = unusual(doc);
    const hint = language === undefined ? "" : suggested(language);
    if (language === undefined || hint === "") return [];
    return [{ code: "unknown-language", designDoc: name, language, hint }];
  });
}

/**
 * Throws if the server does not know the language of one of the documents. Checks each unusual language once per run,
 * regardless of the size of the database. For this, it writes a design document without views, calls it, and deletes
 * it: only the server knows its query servers, which may be set in its environment.
 */
export async function assertLanguages(couch: Couch, database: string, docs: readonly Named[]): Promise<void> {
  for (const { name, doc } of docs) {
    const language = unusual(doc);
    if (language === undefined || (await isKnown(couch, database, language))) continue;
    throw new MigrateError("step-failed", {
      message: `${idOf(name)} of ${database} can't be deployed: this CouchDB has no query server for the language \`${language}\`${suggested(language)}`,
      data: { database, designDoc: name, language },
      next: "Nothing was replaced. Correct `language`, or enable that query server (Erlang: `[native_query_servers] enable_erlang_query_server = true` in CouchDB's configuration); then run again.",
    });
  }
}

function unusual({ language }: DesignDoc): string | undefined {
  return typeof language === "string" && !always.includes(language) ? language : undefined;
}

function suggested(language: string): string {
  return bySetting.includes(language) ? "" : didYouMean(language, [...always, ...bySetting]);
}

/** Whether the server knows each language. */
function noneAsked(): Map<string, Promise<boolean>> {
  return new Map();
}

function isKnown(couch: Couch, database: string, language: string): Promise<boolean> {
  const asked = sharedIn(couch, noneAsked);
  const answer = asked.get(language) ?? ask(couch, database, language);
  asked.set(language, answer);
  answer.catch(() => asked.delete(language));
  return answer;
}

async function ask(couch: Couch, database: string, language: string): Promise<boolean> {
  const at = path`/${database}/_design/${probeName}`;
  const left = await readDesignDoc(couch, database, probeName);
  assertOurs(database, probeName, left);
  const body = { _id: idOf(probeName), ...(left ? { _rev: left._rev } : {}), ...languageProbe(language) };
  const { rev } = (await couch.write<{ rev: string }>("PUT", at, { body, repeatable: true })).body;
  try {
    const show = path`/${database}/_design/${probeName}/_show/probe`;
    const accept = [400, 401, 403, 404, 405, 406, 410, 500, 501];
    const { body: said } = await couch.read<{ error?: unknown } | null>(show, { accept, fresh: true, keep: false });
    // Any other error of the call means that a query server for the language exists.
    return said?.error !== "unknown_query_language";
  } finally {
    await deleteDesignDoc(couch, database, probeName, rev);
  }
}
