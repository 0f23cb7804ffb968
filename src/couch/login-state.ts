/** The credentials of a run, as pure decisions; login.ts acts on them. */
import type { Credentials } from "./connection.js";

export interface LoginState {
  readonly declared: Credentials | undefined;
  readonly previous: Credentials | undefined;
  /** The credentials that requests are signed with; `undefined`: none. */
  readonly using: Credentials | undefined;
  /** The server has answered a request signed with `using`. */
  readonly accepted: boolean;
  /** Refused since the last acceptance; not tried again until the next one. */
  readonly refused: readonly Credentials[];
  /** Counted over the whole run: CouchDB locks an account after five. */
  readonly refusals: number;
}

const mostRefusals = 3;

export function firstLogin(declared: Credentials | undefined, previousPassword: string | undefined): LoginState {
  const previous =
    declared && previousPassword && previousPassword !== declared.password
      ? { name: declared.name, password: previousPassword }
      : undefined;
  return { declared, previous, using: declared, accepted: false, refused: [], refusals: 0 };
}

export function afterAcceptance(state: LoginState): LoginState {
  return state.accepted ? state : { ...state, accepted: true, refused: [] };
}

export function becoming(state: LoginState, credentials: Credentials): LoginState {
  return { ...state, declared: credentials, using: credentials, accepted: false, refused: [] };
}

/**
 * The next state after the server refuses `state.using`; `undefined`: there is none, and the run ends.
 *
 * At the start, the declared password is tried, then the previous one, so at most two are refused. If credentials
 * were accepted and later refused, someone else changed them (another runner that rotates passwords, or that ended
 * the admin party): then the declared ones get one more chance.
 *
 * @param party an anonymous `_session` shows `_admin`: the server has no admin yet, and refuses all credentials
 */
export function afterRefusal(state: LoginState, party: boolean): LoginState | undefined {
  const refusals = state.refusals + (state.using ? 1 : 0);
  if (refusals >= mostRefusals) return undefined;
  // In an admin party, a refusal does not mean that the credentials are wrong: they may be those of the first admin,
  // which the run will create.
  if (party) return { ...state, using: undefined, accepted: false, refusals };
  const refused = state.using ? [...state.refused, state.using] : state.refused;
  const next = [state.declared, state.previous].find((one) => one !== undefined && !refused.includes(one));
  return next && { ...state, using: next, accepted: false, refused, refusals };
}
