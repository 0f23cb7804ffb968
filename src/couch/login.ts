/**
 * Signs requests, and handles refusals. Until the credentials are proved, only one request is sent at a time, so
 * wrong ones are tried once even if many requests wait. If the login has changed since a refused request was signed,
 * the request is simply sent again.
 */
import { MigrateError } from "../contract/errors.js";
import type { Answered } from "./answer.js";
import type { Credentials } from "./connection.js";
import { afterAcceptance, afterRefusal, becoming, type LoginState } from "./login-state.js";
import { missingPermission } from "./permissions.js";
import { isRefusal, provesLogin } from "./refusal.js";
import { isLocked } from "./retry.js";
import { isAdmin } from "./session.js";
import type { LoginHeaders, LoginHooks, Signature, Signer } from "./signer.js";

export class RunLogin implements Signer {
  #state: LoginState;
  #generation = 0;
  readonly #hooks: LoginHooks;
  #busy: Promise<void> | undefined;
  /** Once the run is refused, nothing more is sent: each attempt would count towards a lockout. */
  #ended: MigrateError | undefined;

  constructor(state: LoginState, hooks: LoginHooks) {
    this.#state = state;
    this.#hooks = hooks;
  }

  get name(): string | undefined {
    return this.#state.using?.name;
  }

  proves(name: string, password: string): boolean {
    const { using, accepted } = this.#state;
    return accepted && using?.name === name && using.password === password;
  }

  declares(name: string, password: string): boolean {
    const { declared } = this.#state;
    return declared?.name === name && declared.password === password;
  }

  become(name: string, password: string): void {
    this.#go(becoming(this.#state, { name, password }));
  }

  /** With a password, waiting is enough: CouchDB never treats a wrong password as no password. */
  anonymous(): MigrateError | undefined {
    return this.name === undefined ? noCredentials(this.#hooks.url) : undefined;
  }

  async sign(): Promise<Signature> {
    while (this.#busy !== undefined) await this.#busy;
    if (this.#ended) throw this.#ended;
    const { using, accepted } = this.#state;
    const probe = using !== undefined && !accepted;
    const release = probe ? this.#occupy() : () => {};
    return { headers: basic(using), generation: this.#generation, probe, release };
  }

  refuses(answer: Answered): boolean {
    return isRefusal(answer);
  }

  accepted(signature: Signature, target: string, answer: Answered): void {
    if (signature.generation !== this.#generation || !provesLogin(target, answer)) return;
    this.#state = afterAcceptance(this.#state);
  }

  async refused(
    signature: Signature,
    method: string,
    target: string,
    answer: Answered,
  ): Promise<"again" | MigrateError> {
    while (this.#busy !== undefined && !signature.probe) await this.#busy;
    if (this.#ended) throw this.#ended;
    if (signature.generation !== this.#generation) return "again";
    const release = signature.probe ? () => {} : this.#occupy();
    try {
      return await this.#resolve(signature, method, target, answer);
    } catch (error) {
      if (error instanceof MigrateError && (error.code === "unauthorized" || error.code === "locked-out")) {
        this.#ended = error;
      }
      throw error;
    } finally {
      release();
    }
  }

  /** A proxy that refuses a password would refuse the other one, too. */
  async isRenewed(): Promise<boolean> {
    return false;
  }

  async #resolve(
    signature: Signature,
    method: string,
    target: string,
    answer: Answered,
  ): Promise<"again" | MigrateError> {
    const { using } = this.#state;
    const reason = answer.reason ?? "";
    if (answer.status === 403 && isLocked(reason)) throw lockedOut(using);
    if (!/name or password is incorrect/i.test(reason)) {
      const session = await this.#hooks.session(signature.headers);
      // Without a password, the headers of the connection may be a login.
      const isKnown = using ? session?.name === using.name : typeof session?.name === "string";
      if (isKnown) {
        this.#state = afterAcceptance(this.#state);
        return missingPermission(method, this.#hooks.own(target), session, answer);
      }
    }
    const party = using !== undefined && isAdmin(await this.#hooks.session({}));
    const next = afterRefusal(this.#state, party);
    if (!next) throw unauthorized(this.#state, this.#hooks.url);
    this.#go(next);
    if (party) this.#hooks.emit({ type: "admin-party", url: this.#hooks.url });
    return "again";
  }

  #go(state: LoginState): void {
    this.#state = state;
    this.#generation += 1;
  }

  #occupy(): () => void {
    let release = () => {};
    const busy = new Promise<void>((resolve) => {
      release = () => {
        if (this.#busy === busy) this.#busy = undefined;
        resolve();
      };
    });
    this.#busy = busy;
    return release;
  }
}

function basic(credentials: Credentials | undefined): LoginHeaders {
  if (!credentials) return {};
  return { Authorization: `Basic ${Buffer.from(`${credentials.name}:${credentials.password}`).toString("base64")}` };
}

function lockedOut(using: Credentials | undefined): MigrateError {
  return new MigrateError("locked-out", {
    message: `CouchDB has locked the account ${JSON.stringify(using?.name ?? "")} after failed logins.`,
    data: { user: using?.name },
  });
}

function unauthorized(state: LoginState, url: string): MigrateError {
  const name = state.declared?.name;
  if (name === undefined) return noCredentials(url);
  const refused = state.previous ? "both the password and the previous password" : "the password";
  return new MigrateError("unauthorized", {
    message: `CouchDB at ${url} refuses ${refused} of ${JSON.stringify(name)}.`,
    data: { user: name },
  });
}

export function noCredentials(url: string): MigrateError {
  return new MigrateError("unauthorized", {
    message: `CouchDB at ${url} requires a login, but no credentials are set.`,
    next: "Set COUCHDB_USERNAME and COUCHDB_PASSWORD (or COUCHDB_PASSWORD_FILE), or put them into COUCHDB_URL; or set COUCHDB_TOKEN; in the library, pass them in `connection`.",
  });
}
