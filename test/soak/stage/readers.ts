/** Readers of the views by the name of their design document, as a service has them, and the judge of their rows. */
import type { CouchNode } from "../../support/couchdb.js";
import { type Answer, type Query, type Reader, startReader } from "../../support/reader.js";
import { type Bounds, faultIn, isOfLostRows, seenIn } from "./judge.js";
import type { FaultKind, Tally } from "./tally.js";
import { pathOf, type View, views } from "./versions.js";
import type { Writer } from "./writer.js";

/** The versions that a reader may see now. */
export interface Serving {
  from: number;
  to: number;
}

export interface Scene {
  readonly database: string;
  /** The documents that existed before everything else: no answer has fewer. */
  readonly documents: number;
  readonly writer: Writer;
  readonly serving: Serving;
  readonly tally: Tally;
  /** Whether a query that waits for the index sees every confirmed write: there is one copy. */
  readonly oneCopy: boolean;
}

/** The newest version that the readers of one node have seen. */
interface Newest {
  version: number;
}

/** @param update `true` waits for the index to be up to date, CouchDB's default; `false` takes what it has */
export function startJudgedReader(on: () => CouchNode, update: boolean, scene: Scene, newest: Newest): Reader {
  return startReader(
    on,
    views.map((view) => judged(on, view, update, scene, newest)),
  );
}

function judged(on: () => CouchNode, view: View, update: boolean, scene: Scene, newest: Newest): Query {
  const { database, documents, writer, serving, tally, oneCopy } = scene;
  return {
    path: pathOf(database, view, String(update)),
    sent: () => {
      const { phase, nodeFails } = tally;
      const { name } = on();
      const before = { ...writer.confirmed };
      const oldest = Math.max(serving.from, newest.version);
      const least = update && oneCopy ? before : { documents, edits: 0 };
      return ({ began, ended, ...answer }) => {
        const milliseconds = ended - began;
        const duringFailure = nodeFails || tally.nodeFails;
        const fault = (text: string, usual?: FaultKind) => {
          const otherwise: FaultKind = answer.status === 200 ? "wrong" : "error";
          const kind = duringFailure && usual ? usual : otherwise;
          return { kind, text: `${view}, update=${update}, on ${name}: ${text}` };
        };
        const seen = seenIn(view, answer);
        if (typeof seen === "string") {
          const usual = isOfNodes(answer) ? "failing node" : isOfLostRows(seen) && !update ? "stale" : undefined;
          tally.add(phase, { milliseconds, behind: 0, fault: fault(seen, usual) });
          return;
        }
        const bounds: Bounds = {
          version: [oldest, serving.to],
          documents: [least.documents, writer.sent.documents],
          edits: [least.edits, writer.sent.edits],
        };
        const unlike = faultIn(seen, bounds);
        const isBehind = faultIn(seen, { ...bounds, documents: [0, writer.sent.documents] }) === undefined;
        const edits = seen.edits === undefined ? 0 : before.edits - seen.edits;
        const behind = Math.max(0, before.documents - seen.documents + edits);
        const said = unlike === undefined ? {} : { fault: fault(unlike, isBehind && !update ? "stale" : undefined) };
        newest.version = Math.max(newest.version, seen.version);
        tally.add(phase, { milliseconds, behind, ...said });
      };
    },
  };
}

/** CouchDB's errors when the copies on a node are gone. A design document that was updated is not among them. */
function isOfNodes({ status, body }: Pick<Answer, "status" | "body">): boolean {
  return status === 500 && /nodedown|timeout|noproc|noconnection|rexi/i.test(JSON.stringify(body));
}
