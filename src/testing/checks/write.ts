import type { Answer } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import type { Schema } from "../../steps/schema.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { defineCheck, type Mismatch } from "../check.js";
import { refusalOf } from "../refusal.js";
import type { TestUser } from "../test-users.js";

interface WriteTest {
  readonly write: JsonObject & { readonly _id: string };
  readonly as?: TestUser;
  readonly previous?: JsonObject;
  readonly accepted?: true;
  readonly refused?: string;
  readonly error?: "forbidden" | "unauthorized";
}

const document: Schema = { type: "object", required: ["_id"], properties: { _id: { type: "string", minLength: 1 } } };

export const write = defineCheck<WriteTest>({
  name: "write",
  summary: "Whether a document may be written: what `validate_doc_update` and `_security` say.",
  properties: {
    write: {
      ...document,
      description: "The document to write; with `_deleted: true`, its deletion. Its `_rev` is added.",
      examples: [{ _id: "ada", type: "zergling", legs: 6 }],
    },
    as: {
      type: "object",
      description: "The user who writes. Default: a server admin, whose name a test can't know.",
      required: ["name"],
      additionalProperties: false,
      properties: {
        name: { type: "string", minLength: 1 },
        roles: { type: "array", items: { type: "string", pattern: "^[^_]" }, uniqueItems: true },
      },
      examples: [{ name: "kerrigan", roles: ["queen"] }],
    },
    previous: {
      type: "object",
      description: "The document before the write. No function validates it. Default: there is none.",
      examples: [{ type: "zergling", legs: 4 }],
    },
    accepted: { const: true, description: "The write is accepted." },
    refused: {
      type: "string",
      description: "The write is refused, and this is part of the reason.",
      minLength: 1,
      examples: ["only queens may"],
    },
    error: {
      enum: ["forbidden", "unauthorized"],
      description: "The error with which the write is refused. Default: not compared.",
    },
  },

  problems({ accepted, refused, error }) {
    const problem = (at: string, code: string, message: string) => [{ path: at, code, message }];
    const isRefused = refused !== undefined || error !== undefined;
    if (accepted && isRefused) {
      const at = refused === undefined ? "/error" : "/refused";
      return problem(at, "two-expectations", "a write is accepted or refused; remove one of the expectations");
    }
    if (accepted || isRefused) return [];
    return problem("", "no-expectation", "the test expects nothing: add `accepted: true`, or `refused`");
  },

  async run(test, context) {
    const { write: written, as, previous } = test;
    const database = await context.empty();
    const at = documentPath(database, written._id);
    const rev =
      previous && (await context.couch.write<{ rev: string }>("PUT", at, { body: bodyOf(previous), repeatable: true }));
    await context.prepare(database);
    const body = { ...bodyOf(written), ...(rev && { _rev: rev.body.rev }) };
    const answer = await context.as(as, (couch) =>
      couch.write("PUT", at, { body, accept: refusals, repeatable: false }),
    );
    return compare(test, answer);
  },
});

/** The statuses with which CouchDB refuses a document. 500: a function threw something else. */
const refusals = [400, 401, 403, 404, 409, 412, 413, 500];

function documentPath(database: string, id: string) {
  const local = /^_(design|local)\/(.*)$/s.exec(id);
  if (local?.[1] === "design") return path`/${database}/_design/${local[2] ?? ""}`;
  return local ? path`/${database}/_local/${local[2] ?? ""}` : path`/${database}/${id}`;
}

function bodyOf({ _id, _rev, ...body }: JsonObject): JsonObject {
  return body;
}

function compare({ accepted, refused, error }: WriteTest, answer: Answer): Mismatch[] {
  const refusal = refusalOf(answer);
  if (accepted)
    return refusal === undefined ? [] : [{ path: "/accepted", message: `the write is refused: ${refusal}` }];
  const at = refused === undefined ? "/error" : "/refused";
  if (refusal === undefined) return [{ path: at, message: "the write is accepted" }];
  const { error: actual, reason } = isObject(answer.body) ? answer.body : {};
  const mismatches: Mismatch[] = [];
  if (refused !== undefined && !String(reason).includes(refused))
    mismatches.push({ path: "/refused", message: `the write is refused with another reason: ${reason}` });
  if (error !== undefined && actual !== error)
    mismatches.push({ path: "/error", message: `the write is refused as ${actual}: ${reason}` });
  return mismatches;
}
