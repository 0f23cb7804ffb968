import { yaml } from "../example.js";
import type { Rule } from "../rule.js";

const user = (password: string) =>
  yaml(`- id: kerrigan\n  ensureUser:\n    name: kerrigan\n    password: ${password}\n`);

export const plainSecret: Rule = {
  id: "plain-secret",
  severity: "warning",
  summary: "a secret as plain text in the files",
  reason:
    "Everybody who can read the repository knows it, and its history keeps it. Use a variable, `${NAME}`, or a mounted file, `${file:/run/secrets/name}`; change a secret that was committed.",
  bad: user("queen-of-blades"),
  good: user("${KERRIGAN_PASSWORD}"),
  on: "step",
  check: ({ written }) =>
    (written?.plainSecrets ?? []).map((at) => ({
      at,
      message:
        "this secret is in the file as plain text: use a variable, `${NAME}`, or a file, `${file:/run/secrets/name}`",
    })),
};
