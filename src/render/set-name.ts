interface OfSet {
  readonly set: string;
  readonly environment?: string;
}

/**
 * `set default, environment production`.
 *
 * @param write how names are written
 */
export function setName({ set, environment }: OfSet, write: (name: string) => string): string {
  return `set ${write(set)}${environment === undefined ? "" : `, environment ${write(environment)}`}`;
}
