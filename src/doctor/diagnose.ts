import type { Diagnosis } from "../contract/diagnosis.js";
import type { DoctorOptions } from "../contract/options.js";
import { Secrets } from "../secrets/secrets.js";
import { version } from "../version.js";
import { checks as registry } from "./checks/index.js";
import { inContact } from "./contact.js";
import { lookAtFiles } from "./look-at-files.js";
import { resultOf } from "./result.js";
import { runChecks } from "./run-checks.js";

export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  const files = await lookAtFiles(options);
  const steps = files.are === "valid" ? files.migrations.steps : [];
  return inContact(options, steps, async (contact, secrets = new Secrets()) => {
    const env = options.env ?? process.env;
    const scene = { options, env, files, contact, foreign: secrets.foreign };
    const checks = await runChecks(registry, scene, secrets);
    return { formatVersion: 1, version, result: resultOf(checks), checks };
  });
}
