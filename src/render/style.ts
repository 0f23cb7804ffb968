import picocolors from "picocolors";

export type Style = ReturnType<typeof picocolors.createColors>;

export const plain: Style = picocolors.createColors(false);

/** `wanted`: `--color` or `--no-color`; without them, the environment and the stream decide. */
export function styleFor(
  wanted: boolean | undefined,
  env: Readonly<Record<string, string | undefined>>,
  stream: { readonly isTTY?: boolean | undefined },
): Style {
  return picocolors.createColors(wanted ?? byEnvironment(env) ?? (stream.isTTY === true && env.TERM !== "dumb"));
}

/** https://no-color.org: any value except an empty one counts. */
function byEnvironment(env: Readonly<Record<string, string | undefined>>): boolean | undefined {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return undefined;
}
