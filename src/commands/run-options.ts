/** Converts the settings to the options of the library's functions. */
import type { Connection } from "../contract/connection.js";
import { bug } from "../contract/errors.js";
import type { LeaseOptions, RunOptions } from "../contract/options.js";
import type { Context } from "./command.js";

export function runOptions(
  context: Context,
  connection: Connection | undefined = context.connection,
): RunOptions & { readonly connection: Connection } {
  const { settings, resolved, log, signal } = context;
  if (!connection) throw bug("a command that talks to CouchDB has no connection");
  return {
    connection,
    set: settings.set,
    ...(settings.ledgerDatabase === undefined ? {} : { ledgerDatabase: settings.ledgerDatabase }),
    ...(settings.wait === undefined ? {} : { wait: settings.wait }),
    ...(settings.environment === undefined ? {} : { environment: settings.environment }),
    verify: settings.verify,
    allowDestroy: settings.allowDestroy,
    allowRevert: settings.allowRevert,
    ...(settings.release === undefined ? {} : { release: settings.release }),
    policies: resolved.sections.policies,
    concurrency: settings.concurrency,
    builds: settings.builds,
    scriptTimeout: settings.scriptTimeout,
    ...(settings.rate === undefined ? {} : { rate: rateOf(settings.rate) }),
    emit: log.emit,
    signal,
  };
}

function rateOf(rate: string): number | "auto" {
  return rate === "auto" ? rate : Number(rate);
}

export function leaseOptions({ settings }: Context): LeaseOptions {
  const { leaseTtl, leaseWait, holder } = settings;
  return { leaseTtl, leaseWait, ...(holder === undefined ? {} : { holder }) };
}
