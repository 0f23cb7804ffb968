/**
 * What the exchange needs from a way to log in. login.ts implements it for a user name and a password, tokens/ for
 * everything that is issued; choose-login.ts chooses.
 */
import type { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { Answered } from "./answer.js";
import type { Login } from "./couch.js";
import type { Session } from "./session.js";

export type LoginHeaders = Readonly<Record<string, string>>;

/** How one request was signed. */
export interface Signature {
  readonly headers: LoginHeaders;
  readonly generation: number;
  /** Other requests wait for its result. */
  readonly probe: boolean;
  /** Must be called once the request is over, with any outcome. */
  release(): void;
}

export interface Signer extends Login {
  sign(): Promise<Signature>;
  /** The answer is about the user, not about the request. */
  refuses(answer: Answered): boolean;
  /** A request with this signature got an answer that was not a refusal. */
  accepted(signature: Signature, target: string, answer: Answered): void;
  /**
   * A request with this signature (which is not released yet) was refused. `again`: the run continues with another
   * login; send it again. An error: the user is known, but lacks a permission. Throws if there is no other option.
   */
  refused(signature: Signature, method: string, target: string, answer: Answered): Promise<"again" | MigrateError>;
  /** A proxy or gateway answered 401 to this signature. True: there is a newer login; send the request again. */
  isRenewed(signature: Signature): Promise<boolean>;
}

export interface LoginHooks {
  readonly url: string;
  readonly emit: Listener;
  /** Removes secrets from a sentence or a path of ours. */
  own(text: string): string;
  /** Removes secrets from text that someone else wrote. */
  foreign(text: string): string;
  /** Adds secrets of the run. */
  addSecrets(secrets: readonly string[]): void;
  /** Aborts requests of a login to another server. */
  readonly signal: AbortSignal;
  /** Sends `GET /_session` with this login, bypassing the signer; `undefined`: refused. */
  session(headers: LoginHeaders): Promise<Session | undefined>;
}
