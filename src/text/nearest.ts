import leven from "leven";

/** The name that was probably meant, if one is similar enough. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const key = normal(name);
  let best: string | undefined;
  let least = Math.max(key.length < 4 ? 1 : 2, Math.floor(key.length / 3)) + 1;
  for (const candidate of names) {
    const distance = leven(key, normal(candidate));
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** `; did you mean \`x\`?`, or the text in `otherwise`. */
export function didYouMean(name: string, names: Iterable<string>, otherwise = ""): string {
  // Comparing long names takes long, and a name that long is not a typo.
  const meant = name.length > 100 ? undefined : nearest(name, names);
  return meant === undefined ? otherwise : `; did you mean \`${meant}\`?`;
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}
