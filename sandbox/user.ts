/** Who sent a request. */
export interface User {
  readonly name: string | null;
  readonly roles: readonly string[];
  /** How the user was recognised; undefined for nobody. */
  readonly handler?: "cookie" | "default";
}

export function isServerAdmin(user: User): boolean {
  return user.roles.includes("_admin");
}
