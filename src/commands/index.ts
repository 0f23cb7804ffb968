/** All commands, in the order of the help. */
import { apply } from "./apply.js";
import type { Command } from "./command.js";
import { completion } from "./completion.js";
import { dev } from "./dev.js";
import { doctor } from "./doctor.js";
import { importFiles } from "./import.js";
import { ledgerAccept } from "./ledger-accept.js";
import { ledgerEnvironment } from "./ledger-environment.js";
import { ledgerForget } from "./ledger-forget.js";
import { ledgerRelease } from "./ledger-release.js";
import { lint } from "./lint.js";
import { newFile } from "./new.js";
import { plan } from "./plan.js";
import { reset } from "./reset.js";
import { sandbox } from "./sandbox.js";
import { schema } from "./schema.js";
import { show } from "./show.js";
import { stage } from "./stage.js";
import { status } from "./status.js";
import { test } from "./test.js";
import { unlock } from "./unlock.js";
import { validate } from "./validate.js";
import { wait } from "./wait.js";

export const commands: readonly Command[] = [
  apply,
  stage,
  plan,
  show,
  status,
  validate,
  lint,
  test,
  dev,
  reset,
  doctor,
  wait,
  ledgerForget,
  ledgerAccept,
  ledgerRelease,
  ledgerEnvironment,
  unlock,
  importFiles,
  newFile,
  schema,
  sandbox,
  completion,
];
