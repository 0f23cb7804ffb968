/** A name in a claim that is followed by another name: without `/`, so that the two can be told apart. Pure. */

export function claimPart(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}

export function nameInClaim(part: string): string {
  return part.replaceAll("%2F", "/").replaceAll("%25", "%");
}
