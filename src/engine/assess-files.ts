/** How the files of a run compare with the ledger, before any step is decided. Sends no request. */

import { randomUUID } from "node:crypto";
import { MigrateError } from "../contract/errors.js";
import type { OlderFiles } from "../contract/results.js";
import type { Login } from "../couch/couch.js";
import { commandLine } from "../ledger/command-line.js";
import { claimedBy, refusedEnvironment } from "../ledger/environment.js";
import type { Derivations } from "../ledger/fingerprint.js";
import type { Ledger } from "../ledger/ledger.js";
import { noteVersion } from "../ledger/note-version.js";
import type { LedgerPlace } from "../ledger/place.js";
import { type Renamed, renameEntries } from "../ledger/renames.js";
import { type Files, type Standing, standingOf } from "../ledger/standing.js";
import type { Step } from "../migrations/step.js";
import type { Approved } from "./approval/approved.js";
import { digestOfPlan } from "./approval/same-server.js";
import { checkSecrets, noSecrets, notedSecrets, type SecretsSeen } from "./secrets-check.js";

export interface FilesSeen {
  readonly files: Files;
  readonly standing: Standing;
  /** Why the files are not applied. Absent: they are not older. */
  readonly older?: OlderFiles;
  readonly renamed: Renamed;
  readonly secrets: SecretsSeen;
  /** Something must be noted before the first write. */
  readonly toNote: boolean;
}

interface FilesRun {
  readonly steps: readonly Step[];
  readonly version: string;
  readonly release: string | undefined;
  readonly allowRevert: boolean;
  readonly derivations: Derivations;
  readonly place: LedgerPlace;
}

export async function assessFiles(
  { steps, version, release, allowRevert, derivations, place }: FilesRun,
  ledger: Ledger | undefined,
  login: Login,
): Promise<FilesSeen> {
  const renamed = renameEntries(ledger, steps);
  const standingWith = (formerSecrets: boolean) => standingOf(ledger, { version, release, formerSecrets }, allowRevert);
  const seen = (standing: Standing, secrets: SecretsSeen): FilesSeen => ({
    files: { version, release, formerSecrets: secrets.former },
    standing,
    ...(standing.is === "older" ? { older: olderFiles(standing.by, release, ledger) } : {}),
    renamed,
    secrets,
    toNote:
      standing.is === "newer" || (standing.is === "current" && isUnnoted({ release, place }, ledger, renamed, secrets)),
  });
  const first = standingWith(false);
  // Files that are not applied don't need a derived key.
  if (first.is === "older" || first.is === "refused") return seen(first, noSecrets);
  const secrets = await checkSecrets(steps, ledger, login, derivations);
  return seen(standingWith(secrets.former), secrets);
}

function isUnnoted(
  { release, place: { environment } }: Pick<FilesRun, "release" | "place">,
  ledger: Ledger | undefined,
  { renames }: Renamed,
  { toNote }: SecretsSeen,
): boolean {
  const isNewRelease = release !== undefined && !ledger?.release;
  const isNewEnvironment = environment !== undefined && ledger?.environment === undefined;
  return isNewRelease || isNewEnvironment || renames.size > 0 || toNote.length > 0;
}

interface NotingRun extends Pick<FilesRun, "derivations"> {
  readonly place: LedgerPlace;
  readonly approved?: Approved;
}

/** The ledger, with the changes to note. */
export async function ledgerToNote(
  { files, renamed, secrets, standing }: FilesSeen,
  { place, derivations, approved }: NotingRun,
): Promise<Ledger> {
  const before = claimedBy(renamed.ledger ?? { formatVersion: 1, set: place.set, entries: {} }, place);
  const { toNote } = secrets;
  const fingerprint =
    toNote.length > 0 ? { fingerprint: await notedSecrets(toNote, before.fingerprint, derivations) } : {};
  const isNewRelease = files.release !== undefined && !before.release;
  const server = approved && !before.server ? { server: { id: randomUUID(), plan: digestOfPlan(approved.plan) } } : {};
  return {
    ...before,
    ...server,
    ...fingerprint,
    ...(standing.is === "newer" || isNewRelease ? noteVersion(before, files) : {}),
  };
}

/** The error `environment-refused` or `release-refused`; `undefined` if the files are not refused. */
export function refusalOf(
  { standing, files: { release = "" } }: FilesSeen,
  ledger: Ledger | undefined,
  place: LedgerPlace,
): MigrateError | undefined {
  // Older files write nothing anywhere.
  if (standing.is === "older") return undefined;
  const elsewhere = refusedEnvironment(ledger, place);
  if (elsewhere) return elsewhere;
  if (standing.is !== "refused") return undefined;
  const applied = ledger?.release?.value ?? "";
  const correct = `${commandLine(`ledger release ${release}`, place)} or ${commandLine("ledger release none", place)}`;
  const data = { release, appliedRelease: applied };
  if (standing.because === "other-sort") {
    const message = `release ${release} can't be compared with the applied release ${applied}: one is a number, the other a time`;
    const next = `Use one form of release for all deployments of the set; to change the form, run ${correct} first.`;
    return new MigrateError("release-refused", { message, next, data });
  }
  const message = `release ${release} is lower than the applied release ${applied}, but these files were never applied`;
  const next = `Give them a higher release; if the recorded one is wrong, correct it with ${correct}.`;
  return new MigrateError("release-refused", { message, next, data });
}

function olderFiles(by: OlderFiles["by"], release: string | undefined, ledger: Ledger | undefined): OlderFiles {
  const appliedRelease = ledger?.release?.value;
  const reasons = {
    version: "a newer version was started or applied",
    secrets: "their secrets were replaced by newer ones",
    release: `release ${release} is lower than ${appliedRelease}`,
  };
  return {
    by,
    reason: reasons[by],
    ...(release === undefined ? {} : { release }),
    ...(appliedRelease === undefined ? {} : { appliedRelease }),
    next: "To go back to these files, apply them once with --allow-revert.",
  };
}
