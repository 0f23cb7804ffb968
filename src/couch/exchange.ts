/** Sends one request until its outcome is settled: combines transport, login and retries. */
import type { Connection } from "../contract/connection.js";
import { bug, type ErrorCode, MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import { defaults } from "../contract/options.js";
import { Secrets } from "../secrets/secrets.js";
import { type Answered, isFailed, type Outcome, outcomeOf } from "./answer.js";
import { chooseLogin } from "./choose-login.js";
import { clockOffset } from "./clock.js";
import { addressOf } from "./connection.js";
import { Contact } from "./contact.js";
import type { Answer } from "./couch.js";
import { mayBeFullDisk, ofFullDisk } from "./full-disk.js";
import type { Guard } from "./guard.js";
import { httpTransport } from "./http-transport.js";
import { ownHeaders } from "./own-headers.js";
import { pause, throwIfStopped } from "./pause.js";
import { quotedBody } from "./quoted.js";
import { ReadLimit } from "./read-limit.js";
import { requestError, shownTarget } from "./request-error.js";
import { askedPause, decide, defaultPolicy, isLocked, pauseAfter, type RetryPolicy, type Sent } from "./retry.js";
import type { Session } from "./session.js";
import { isShapely } from "./shape.js";
import type { LoginHeaders, Signer } from "./signer.js";
import { Throttle } from "./throttle.js";
import { type BodyStream, failureOf, type Transport, TransportFailure } from "./transport.js";
import { belowRoot, schemeHint } from "./wrong-address.js";

/** A request before it is signed. */
export interface Request extends Sent {
  readonly method: string;
  /** Encoded path and query. */
  readonly target: string;
  readonly body: string | BodyStream | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** A failure is not retried. Under a rate limit, the request is repeated until its timeout has passed. */
  readonly once: boolean;
  /** Also return the text of the response. */
  readonly text?: boolean;
  /** Return the digest of the response's body instead of the body; see transport.ts. */
  readonly digest?: boolean;
  /** The guard that has to allow the request. Absent: no guard is needed. */
  readonly guard?: Guard;
  /** The request only reads, or a revision protects it: see revised.ts. */
  readonly revised: boolean;
  /** The request never waits for others. Under a rate limit, a refusal is a failure like any other. */
  readonly urgent: boolean;
}

export interface ExchangeOptions {
  readonly emit: Listener;
  /** Aborts requests that are in flight. */
  readonly signal: AbortSignal;
  /** The secrets of the run, which are removed from errors and events. */
  readonly secrets?: Pick<Secrets, "own" | "foreign" | "add">;
  readonly retry?: Partial<RetryPolicy>;
  /** See `ReadLimit`. */
  readonly concurrency?: number | undefined;
  /** The maximum size of a response, in bytes. */
  readonly maxBody?: number;
}

interface Attempt {
  readonly outcome: Outcome;
  /** The pause that the server asks for, in milliseconds. */
  readonly asked: number;
  /** Set if the user lacks a permission. */
  readonly refusal?: MigrateError;
}

const defaultTimeout = 30_000;

const tooManyRequests = "it, or a proxy in front of it, refuses requests because of a rate limit (429)";
const slower = "the server limits the rate of requests (429), so the run sends fewer per second";

const misshapen: Outcome = {
  failure: "no-json",
  sent: true,
  detail: "the answer is JSON, but not CouchDB's",
};

export class Exchange {
  /** Contains no credentials. */
  readonly url: string;
  readonly login: Signer;
  readonly contact: Contact;
  readonly throttle: Throttle;
  /** The timeout of one request, in milliseconds. */
  readonly timeout: number;
  readonly requests = { reads: 0, writes: 0 };
  /** Asks the server why a write failed without a reason. Absent: there is no way to ask. */
  isDiskFull: (() => Promise<boolean>) | undefined;
  readonly #options: ExchangeOptions;
  readonly #secrets: Pick<Secrets, "own" | "foreign" | "add">;
  readonly #policy: RetryPolicy;
  readonly #transport: Transport;
  readonly #reads: ReadLimit;
  /** The headers of the connection: for every request, with or without a login. */
  readonly #headers: LoginHeaders;
  #version: string | undefined;
  #clockOffset: number | undefined;

  constructor(connection: Connection, options: ExchangeOptions) {
    const address = addressOf(connection);
    this.url = address.url;
    this.timeout = connection.requestTimeout ?? defaultTimeout;
    this.#options = options;
    this.#secrets = options.secrets ?? new Secrets();
    this.#policy = { ...defaultPolicy, ...options.retry };
    this.#reads = new ReadLimit(options.concurrency ?? defaults.concurrency);
    this.#transport = httpTransport(address, connection.tls, options.maxBody);
    this.contact = new Contact(this.url, options.emit);
    this.throttle = new Throttle({
      starvedAfter: this.#policy.starvedAfter,
      onLimit: () => options.emit({ type: "warning", code: "rate-limited", message: slower }),
    });
    this.#headers = ownHeaders(connection);
    this.login = chooseLogin(connection, {
      url: this.url,
      emit: options.emit,
      own: this.#secrets.own,
      foreign: this.#secrets.foreign,
      addSecrets: (secrets) => this.#secrets.add(secrets),
      signal: options.signal,
      session: (headers) => this.#session(headers),
    });
  }

  /** CouchDB's version from the headers of its responses, unless a proxy removes them. */
  get version(): string | undefined {
    return this.#version;
  }

  /** How many seconds the server's clock is ahead; see clock.ts. */
  get clockOffset(): number | undefined {
    return this.#clockOffset;
  }

  close(): void {
    this.contact.end();
    this.#reads.close();
    this.#transport.close();
  }

  /** Resolves with 2xx and with the statuses that the request accepts; throws for everything else. */
  async send(request: Request): Promise<Answer> {
    let start = performance.now();
    let limited = 0;
    const waitsUntil = request.once ? start + request.timeout : Number.POSITIVE_INFINITY;
    const isLimited = request.reading && !request.urgent;
    const waits = () => !request.urgent && this.throttle.next(request.reading) <= waitsUntil;
    for (let attempt = 1; ; attempt += 1) {
      let started = 0;
      const sent = async () => {
        started = waits() ? await this.throttle.turn(request.reading, request.signal) : performance.now();
        return this.#signed(request, attempt);
      };
      const { outcome, asked, refusal } = await (isLimited ? this.#reads.run(sent) : sent());
      if (this.#isLimit(outcome)) {
        this.throttle.refused(request.reading, started, asked);
        this.contact.limit = tooManyRequests;
        if (waits()) {
          throwIfStopped(this.throttle.starved);
          throwIfStopped(request.signal);
          limited += 1;
          start = performance.now();
          continue;
        }
      } else if (!isFailed(outcome)) {
        this.throttle.accepted(request.reading, started);
        this.contact.limit = undefined;
      }
      if (refusal && !isFailed(outcome)) {
        if (request.accept.includes(outcome.status)) return this.#answer(outcome, request);
        throw refusal;
      }
      const verdict = decide(outcome, request);
      if (verdict.do === "answer") {
        if (isFailed(outcome)) throw bug("a failure was taken for an answer");
        return this.#answer(outcome, request);
      }
      throwIfStopped(request.signal);
      const tries = attempt - limited;
      const elapsed = performance.now() - start;
      const absent = isFailed(outcome) && !outcome.sent;
      const last = request.once || (!this.contact.made && attempt >= this.#policy.attemptsBeforeContact);
      const delay =
        verdict.do === "retry" && !last
          ? pauseAfter(this.#policy, tries, elapsed, absent, asked, Math.random())
          : undefined;
      // The first failure may be temporary. The disk check itself is sent only once, so it does not trigger another
      // check.
      const checksDisk = !request.reading && !request.once && (delay === undefined || tries === 2);
      if (checksDisk && mayBeFullDisk(outcome) && (await this.isDiskFull?.())) {
        throw this.#error("disk-full", request, ofFullDisk);
      }
      if (delay === undefined) {
        // If no node knows a new database after all this time, the database does not exist.
        const isAnswer = !isFailed(outcome) && outcome.foreign === undefined && request.reading;
        if (isAnswer && request.accept.includes(outcome.status)) return this.#answer(outcome, request);
        throw this.#error(verdict.code, request, outcome);
      }
      await pause(delay, request.signal);
    }
  }

  /** Until CouchDB has answered once, the code that waits for it decides what a refusal means. */
  #isLimit(outcome: Outcome): boolean {
    return this.contact.made && !isFailed(outcome) && outcome.status === 429;
  }

  /** One attempt, repeated with other credentials if the first ones are refused. */
  async #signed(request: Request, attempt: number): Promise<Attempt> {
    for (;;) {
      // Before signing: a renewal has to sign its requests too.
      await request.guard?.renewed();
      const signature = await this.login.sign();
      try {
        const { outcome, asked } = await this.#transmit(request, signature.headers, attempt);
        if (isFailed(outcome)) return { outcome, asked };
        if (outcome.foreign !== undefined) {
          if (outcome.status === 401 && (await this.login.isRenewed(signature))) continue;
          return { outcome, asked };
        }
        if (!this.login.refuses(outcome)) {
          this.login.accepted(signature, request.target, outcome);
          return { outcome, asked };
        }
        const refusal = await this.login.refused(signature, request.method, request.target, outcome);
        if (refusal !== "again") return { outcome, asked, refusal };
      } finally {
        signature.release();
      }
    }
  }

  async #transmit(request: Request, login: LoginHeaders, attempt: number): Promise<Attempt> {
    throwIfStopped(request.signal);
    const { method, target, body, digest = false, signal } = request;
    const start = performance.now();
    this.requests[request.reading ? "reads" : "writes"] += 1;
    this.contact.begin();
    let outcome: Outcome;
    let asked = 0;
    let status: number | undefined;
    try {
      const headers = { ...headersOf(request), ...this.#headers, ...login };
      const limits = { timeout: limitOf(request), signal, begin: () => assertMayBegin(request) };
      const began = Date.now();
      const sent = { method, target, headers, digest, ...limits };
      const response = await this.#transport.send(body ? { ...sent, body } : sent);
      status = response.status;
      asked = askedPause(response.headers["retry-after"], response.headers.date, Date.now());
      this.#clockOffset = clockOffset(response.headers.date, began, Date.now());
      this.#version ??= /^CouchDB\/(\S+)/.exec(response.headers.server ?? "")?.[1];
      const answer = outcomeOf(response, target);
      outcome = isFailed(answer) || status >= 300 || isShapely(method, target, answer.body) ? answer : misshapen;
    } catch (thrown) {
      if (thrown instanceof MigrateError) throw thrown;
      const { kind, sent, message } = failureOf(thrown, true);
      const hint = this.contact.made ? "" : schemeHint(kind, sent, this.url);
      outcome = { failure: kind, sent, detail: message + hint };
    }
    this.#note(outcome);
    const time = performance.now() - start;
    if (!isFailed(outcome)) this.#reads.answered(time);
    const milliseconds = Math.round(time);
    const path = shownTarget(target, this.#secrets.own);
    this.#options.emit({ type: "request", method, path, status, milliseconds, attempt });
    return { outcome, asked };
  }

  /** A request that we aborted ourselves says nothing about the server. */
  #note(outcome: Outcome): void {
    if (!isFailed(outcome)) {
      if (outcome.foreign === undefined) this.contact.make();
      else
        this.contact.fail(
          this.#secrets.foreign(`a proxy or gateway answered ${outcome.status} with ${outcome.foreign}`),
        );
    } else if (outcome.failure !== "aborted") {
      this.contact.fail(this.#secrets.foreign(outcome.detail));
    }
  }

  async #session(headers: LoginHeaders): Promise<Session | undefined> {
    const request = sessionRequest(this.timeout, this.#options.signal);
    const { outcome } = await this.#transmit(request, headers, 1);
    if (isFailed(outcome) || outcome.foreign !== undefined) {
      const verdict = decide(outcome, request);
      throw this.#error(verdict.do === "answer" ? "not-couchdb" : verdict.code, request, outcome);
    }
    if (isNoRoot(outcome)) throw belowRoot(this.url);
    if (outcome.status === 403 && isLocked(outcome.reason ?? "")) throw this.#error("locked-out", request, outcome);
    const user = (outcome.body as { userCtx?: Partial<Session> } | null | undefined)?.userCtx;
    return outcome.status === 200 && user ? { name: user.name ?? null, roles: user.roles ?? [] } : undefined;
  }

  #answer({ status, body, text }: Answered, request: Request): Answer {
    const answer = { status, body: quotedBody(status, body, this.#secrets.foreign) };
    return request.text && text !== undefined ? { ...answer, text } : answer;
  }

  #error(code: ErrorCode, request: Request, outcome: Outcome): MigrateError {
    return requestError(code, request, outcome, this.url, this.#secrets);
  }
}

/** Every CouchDB has `_session`. If the path is below a database, it does not exist or may not be read. */
function isNoRoot({ status, reason = "" }: Answered): boolean {
  return status === 404 || /not (?:allowed|authorized) to access this db/i.test(reason);
}

/** CouchDB answers `open_revs` in multipart unless JSON is requested, and requires a content type even for an empty POST. */
function headersOf({ method, body, headers, digest }: Request): Record<string, string> {
  return {
    accept: digest ? "*/*" : "application/json",
    // A proxy must not compress what is digested.
    ...(digest ? { "accept-encoding": "identity" } : {}),
    "user-agent": "couchdb-migrate",
    ...(body === undefined && method !== "POST" ? {} : { "content-type": "application/json" }),
    ...headers,
  };
}

function limitOf({ guard, revised, timeout }: Request): number {
  return guard && !revised ? Math.max(1, Math.min(timeout, guard.left)) : timeout;
}

/** Called when the connection is ready, which may have taken some time. */
function assertMayBegin({ guard, reading }: Request): void {
  if (!guard || reading) return;
  guard.assertHeld();
  if (!guard.isFresh) throw new TransportFailure("overdue", false, "the lease must be renewed first");
}

function sessionRequest(timeout: number, signal: AbortSignal): Request {
  const reading = {
    reading: true,
    repeatable: true,
    accept: [],
    justCreated: false,
    once: true,
    revised: true,
    urgent: true,
  };
  return { method: "GET", target: "/_session", body: undefined, headers: {}, timeout, signal, ...reading };
}
