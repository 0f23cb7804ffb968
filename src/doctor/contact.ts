/** Contacts the server once, for all checks. Neither this code nor a check can write: the gateway refuses it. */
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import type { DoctorOptions } from "../contract/options.js";
import { withoutLogin } from "../couch/connection.js";
import type { Couch } from "../couch/couch.js";
import { type Gateway, openCouch } from "../couch/gateway.js";
import { assertRoot } from "../couch/identity.js";
import { noCredentials } from "../couch/login.js";
import { connectionIn } from "../couch/nano-connection.js";
import { path } from "../couch/path.js";
import { isAdmin, type Session } from "../couch/session.js";
import { type Run, whenReached, withRun } from "../engine/session.js";
import { withoutSecrets } from "../engine/without-secrets.js";
import type { LedgerPlace } from "../ledger/place.js";
import type { Secrets, StepSecrets } from "../secrets/secrets.js";

interface Reached {
  /** Sends reads. If the login was refused, it sends no credentials. */
  readonly couch: Gateway;
  readonly place: LedgerPlace;
  /** The time from the first request to the first usable answer. */
  readonly milliseconds: number;
}

export type Contact =
  /** Nothing was sent. */
  | { readonly is: "offline"; readonly why: string }
  /** No CouchDB could be reached. */
  | { readonly is: "absent"; readonly why: MigrateError }
  /** There is a CouchDB, but it refuses the login, or requires one and got none. */
  | ({ readonly is: "refused"; readonly why: MigrateError } & Reached)
  | ({ readonly is: "accepted" } & Reached);

type Work<T> = (contact: Contact, secrets?: Secrets) => Promise<T>;

/** @param steps the steps whose secrets the server may repeat */
export async function inContact<T>(options: DoctorOptions, steps: readonly StepSecrets[], work: Work<T>): Promise<T> {
  const { offline } = options;
  if (offline !== undefined) return work({ is: "offline", why: offline });
  let opened = false;
  try {
    return await withRun({ steps: [] }, { ...options, expectsServer: true }, async (run) => {
      opened = true;
      run.secrets.addSteps(steps);
      return withContact(run, options, work);
    });
  } catch (thrown) {
    // Invalid options: there is no run.
    if (opened) throw thrown;
    return work({ is: "absent", why: toMigrateError(thrown) });
  }
}

async function withContact<T>(run: Run, options: DoctorOptions, work: Work<T>): Promise<T> {
  const { couch, place, secrets, signal } = run;
  const since = performance.now();
  const reached = () => ({ place, milliseconds: Math.round(performance.now() - since) });
  let why: MigrateError;
  try {
    const user = await whenReached(run, () => greet(couch));
    const is = { couch, ...reached() };
    if (isSomebody(user)) return await work({ is: "accepted", ...is }, secrets);
    return await work({ is: "refused", why: couch.login.anonymous() ?? noCredentials(couch.url), ...is }, secrets);
  } catch (thrown) {
    if (signal.aborted || run.reach.connected) throw thrown;
    why = withoutSecrets(thrown, secrets);
  }
  if (why.code !== "unauthorized" && why.code !== "locked-out") return work({ is: "absent", why }, secrets);
  const anonymous = openCouch(withoutLogin(connectionIn(options)), { emit: run.emit, signal, secrets });
  try {
    return await work({ is: "refused", why, couch: anonymous, ...reached() }, secrets);
  } finally {
    await anonymous.close();
  }
}

/** Sent alone, so that wrong credentials are tried once. */
async function greet(couch: Couch): Promise<Session> {
  const { body } = await couch.read<{ readonly userCtx?: Partial<Session> } | null>(path`/_session`, { accept: [404] });
  await assertRoot(couch);
  const { name = null, roles = [] } = body?.userCtx ?? {};
  return { name, roles };
}

function isSomebody(session: Session): boolean {
  return session.name !== null || isAdmin(session);
}
