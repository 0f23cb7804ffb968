/**
 * Signs requests with what a token source issues, and renews it: after its time, and once after a refusal. If the login
 * has changed since a refused request was signed, the request is simply sent again.
 */
import { MigrateError } from "../../contract/errors.js";
import type { Answered } from "../answer.js";
import { missingPermission } from "../permissions.js";
import { isRefusal, provesLogin } from "../refusal.js";
import type { LoginHooks, Signature, Signer } from "../signer.js";
import { refusesToken } from "./jwt.js";
import type { Issued, TokenSource } from "./token-source.js";

/** If the source fails, its last token is used for this time before the next attempt. Milliseconds. */
const retryAfter = 10_000;

export class TokenLogin implements Signer {
  readonly #source: TokenSource;
  readonly #hooks: LoginHooks;
  readonly #now: () => number;
  #issued: Issued | undefined;
  #renewAt = 0;
  #generation = 0;
  /** Renewed after a refusal, and not accepted since. */
  #replaced = false;
  #renewing: Promise<void> | undefined;
  #replacing: Promise<boolean> | undefined;
  #ended: MigrateError | undefined;

  /** @param now a monotonic clock, in milliseconds */
  constructor(source: TokenSource, hooks: LoginHooks, now = () => performance.now()) {
    this.#source = source;
    this.#hooks = hooks;
    this.#now = now;
  }

  get name(): string | undefined {
    return this.#issued?.name;
  }

  /** No password is used, so none is proved. */
  proves(): boolean {
    return false;
  }

  declares(): boolean {
    return false;
  }

  become(): void {}

  anonymous(): MigrateError {
    return this.#unauthorized(undefined);
  }

  async sign(): Promise<Signature> {
    if (this.#ended) throw this.#ended;
    if (this.#issued === undefined || this.#now() >= this.#renewAt) {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
      });
      await this.#renewing;
    }
    return { headers: this.#issued?.headers ?? {}, generation: this.#generation, probe: false, release() {} };
  }

  refuses(answer: Answered): boolean {
    return isRefusal(answer) || refusesToken(answer);
  }

  accepted(signature: Signature, target: string, answer: Answered): void {
    if (signature.generation !== this.#generation || !provesLogin(target, answer)) return;
    this.#replaced = false;
  }

  async refused(
    signature: Signature,
    method: string,
    target: string,
    answer: Answered,
  ): Promise<"again" | MigrateError> {
    if (this.#ended) throw this.#ended;
    if (signature.generation !== this.#generation) return "again";
    const session = refusesToken(answer) ? undefined : await this.#hooks.session(signature.headers);
    if (typeof session?.name === "string") {
      this.accepted(signature, target, answer);
      return missingPermission(method, this.#hooks.own(target), session, answer, this.#source.howToBeAdmin);
    }
    if (await this.isRenewed(signature)) return "again";
    const ignored = session !== undefined || answer.reason === "Authentication required.";
    this.#ended ??= this.#unauthorized(ignored ? undefined : (answer.reason ?? `status ${answer.status}`));
    throw this.#ended;
  }

  async isRenewed(signature: Signature): Promise<boolean> {
    if (signature.generation !== this.#generation) return true;
    this.#replacing ??= this.#replace().finally(() => {
      this.#replacing = undefined;
    });
    return this.#replacing;
  }

  async #renew(): Promise<void> {
    try {
      this.#take(await this.#source.issue());
    } catch (error) {
      if (this.#issued === undefined) throw error;
      this.#renewAt = this.#now() + retryAfter;
    }
  }

  async #replace(): Promise<boolean> {
    const refused = this.#issued;
    if (this.#replaced || refused === undefined) return false;
    const next = await this.#source.replace(refused);
    if (next === undefined) return false;
    this.#take(next);
    this.#replaced = true;
    return true;
  }

  #take(issued: Issued): void {
    this.#hooks.addSecrets(issued.secrets);
    if (JSON.stringify(issued.headers) !== JSON.stringify(this.#issued?.headers)) this.#generation += 1;
    this.#issued = issued;
    this.#renewAt = this.#now() + issued.renewAfter;
  }

  #unauthorized(said: string | undefined): MigrateError {
    const reason = said === undefined ? undefined : this.#hooks.foreign(said);
    const { message, next } = this.#source.explain({ reason, renewed: this.#replaced });
    const data = { user: this.name, ...(reason === undefined ? {} : { reason }) };
    return new MigrateError("unauthorized", { message: `CouchDB at ${this.#hooks.url} ${message}.`, next, data });
  }
}
