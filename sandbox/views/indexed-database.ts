import type { JsonObject } from "../json.js";
import type { Pouch } from "../pouch.js";
import type { FunctionThread } from "./function-thread.js";

/** What views and validators need from their database. */
export interface IndexedDatabase {
  readonly name: string;
  readonly pouch: Pouch;
  readonly security: JsonObject;
  /** Runs the functions of its design documents. */
  readonly functions: FunctionThread;
  designDocs(): Promise<readonly JsonObject[]>;
}
