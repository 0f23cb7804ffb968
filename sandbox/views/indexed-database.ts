import type { JsonObject } from "../json.js";
import type { Pouch } from "../pouch.js";
import type { FunctionThread } from "./function-thread.js";

/** What views and validators need from the database that they belong to. */
export interface IndexedDatabase {
  readonly name: string;
  readonly pouch: Pouch;
  readonly security: JsonObject;
  /** Where the functions of its design documents run. */
  readonly functions: FunctionThread;
  designDocs(): Promise<readonly JsonObject[]>;
}
