/** `lint` of a step: `{ off: { <rule>: <reason> } }`. Whether the rules exist is left to the command `lint`. */
import { isMap, isScalar } from "yaml";
import { pointAt } from "./locate.js";
import type { RuleOff } from "./written.js";
import type { Field, YamlFile } from "./yaml-file.js";

const shape = "`lint` of a step turns rules off, each with a reason: `lint: { off: { <rule>: <reason> } }`";

export function readLintOff(file: YamlFile, field: Field | undefined): RuleOff[] {
  if (!field) return [];
  const whole = file.resolve(field.value);
  const wrong = ({ keyNode, value }: Field) => file.report(pointAt({ key: keyNode, value }), "bad-lint", shape);
  const fields = isMap(whole) ? [...file.fields(whole).values()] : [];
  const [off] = fields;
  if (off?.key !== "off" || fields.length > 1) {
    wrong(fields.find(({ key }) => key !== "off") ?? field);
    return [];
  }
  const rules = file.resolve(off.value);
  if (!isMap(rules)) {
    wrong(off);
    return [];
  }
  return [...file.fields(rules).values()].flatMap((one) => {
    const reason = file.resolve(one.value);
    if (isScalar(reason) && typeof reason.value === "string" && reason.value.trim() !== "") {
      return [{ rule: one.key, reason: reason.value, position: file.position(one.keyNode) }];
    }
    const at = pointAt({ key: one.keyNode, value: one.value });
    file.report(at, "bad-lint", `say why \`${one.key}\` is off: the reason is text`);
    return [];
  });
}
