/** The user as `GET /_session` gives it. */
export interface Session {
  readonly name: string | null;
  readonly roles: readonly string[];
}

export function isAdmin(session: Session | undefined): boolean {
  return session?.roles.includes("_admin") ?? false;
}
