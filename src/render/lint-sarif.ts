/** Findings of `lint` in SARIF 2.1.0, which GitHub and other services show next to the code. Pure. */
import type { LintFinding, LintResult, LintRule } from "../contract/lint.js";

/** @param version of this tool */
export function sarif({ findings }: LintResult, rules: readonly LintRule[], version: string): unknown {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "couchdb-migrate", semanticVersion: version, rules: rules.map(descriptorOf) } },
        // Columns count characters, not UTF-16 code units.
        columnKind: "unicodeCodePoints",
        results: findings.map((one) => resultOf(one, rules)),
      },
    ],
  };
}

function descriptorOf({ id, severity, summary, reason }: LintRule): unknown {
  return {
    id,
    shortDescription: { text: capitalised(summary) },
    fullDescription: { text: reason },
    help: { text: reason, markdown: reason },
    defaultConfiguration: { level: severity },
  };
}

function resultOf(
  { rule, severity, message, file, line, column, id }: LintFinding,
  rules: readonly LintRule[],
): unknown {
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex((one) => one.id === rule),
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ name: id, kind: "member" }],
      },
    ],
  };
}

/** Relative to the working directory, as services expect it, unless the path is absolute. */
function uriOf(file: string): string {
  const path = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${path}` : path;
}

function capitalised(text: string): string {
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
