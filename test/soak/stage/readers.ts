/** Readers of the views by the name of their design document, as a service has them, and the judge of their rows. */
import { type Query, type Reader, startReader } from "../../support/reader.js";
import type { Addressed } from "../../support/request.js";
import { faultIn, seenIn } from "./judge.js";
import type { Tally } from "./tally.js";
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
export function startJudgedReader(on: () => Addressed, update: boolean, scene: Scene, newest: Newest): Reader {
  return startReader(
    on,
    views.map((view) => judged(view, update, scene, newest)),
  );
}

function judged(view: View, update: boolean, scene: Scene, newest: Newest): Query {
  const { database, documents, writer, serving, tally, oneCopy } = scene;
  return {
    path: pathOf(database, view, String(update)),
    sent: () => {
      const { phase } = tally;
      const before = { ...writer.confirmed };
      const oldest = Math.max(serving.from, newest.version);
      const least = update && oneCopy ? before : { documents, edits: 0 };
      return ({ began, ended, ...answer }) => {
        const milliseconds = ended - began;
        const seen = seenIn(view, answer);
        if (typeof seen === "string") {
          tally.add(phase, { milliseconds, behind: 0, fault: seen, isError: answer.status !== 200 });
          return;
        }
        const fault = faultIn(seen, {
          version: [oldest, serving.to],
          documents: [least.documents, writer.sent.documents],
          edits: [least.edits, writer.sent.edits],
        });
        const edits = seen.edits === undefined ? 0 : before.edits - seen.edits;
        const behind = Math.max(0, before.documents - seen.documents + edits);
        const said = fault === undefined ? {} : { fault: `${view}, update=${update}: ${fault}` };
        newest.version = Math.max(newest.version, seen.version);
        tally.add(phase, { milliseconds, behind, ...said });
      };
    },
  };
}
