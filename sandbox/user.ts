/** The user who sent a request. */
export interface User {
  readonly name: string | null;
  readonly roles: readonly string[];
  /** How the user was identified; undefined if anonymous. */
  readonly handler?: "cookie" | "default";
}

export function isServerAdmin(user: User): boolean {
  return user.roles.includes("_admin");
}
