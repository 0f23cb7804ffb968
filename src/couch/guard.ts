/**
 * What allows a run to write: a lease, or several. It is asked in the one place that sends, before every attempt, when
 * the connection is ready and before the first byte goes out: CouchDB itself can't refuse the writes of a late holder.
 *
 *  - Nothing is sent while a renewal is overdue: renewals go first, also under a rate limit.
 *  - A write that waits (for a renewal, a pause, a connection) ends when the lease is lost.
 *  - A write that no revision guards (revised.ts) is limited to what is left of the lease, and is repeated only by
 *    those who look first what the server holds.
 *  - What has to be done before the first write is done when there is one, not earlier: who fails before has left
 *    nothing.
 *
 * The writes that renew and release the lease, and those that no other runner's work depends on, have no guard.
 */

export interface Guard {
  /** Aborted, with the reason, when it is lost. There is no way back. */
  readonly lost: AbortSignal;
  /** Throws `lease-lost`. By the clock: a process that was stopped learns it here first. */
  assertHeld(): void;
  /** It was renewed so recently that most of it is left. */
  readonly isFresh: boolean;
  /** Resolves when it is fresh: at once, or after a renewal. Throws where it is lost, or can't be renewed. */
  renewed(): Promise<void>;
  /** Milliseconds to its deadline: past it nothing may be sent, and some time later somebody else may have it. */
  readonly left: number;
  /** Awaited before each write: what has to be done before the first one, once. Absent: nothing. */
  begin?(): Promise<void>;
}

/** The same lease, with something to do before each write. */
export abstract class LeaseWithTask implements Guard {
  readonly #lease: Guard;

  constructor(lease: Guard) {
    this.#lease = lease;
  }

  abstract begin(): Promise<void>;

  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  assertHeld(): void {
    this.#lease.assertHeld();
  }

  get isFresh(): boolean {
    return this.#lease.isFresh;
  }

  renewed(): Promise<void> {
    return this.#lease.renewed();
  }

  get left(): number {
    return this.#lease.left;
  }
}

/** Held only while all of them are. */
export function allOf(guards: readonly Guard[]): Guard {
  return {
    lost: AbortSignal.any(guards.map(({ lost }) => lost)),
    assertHeld: () => {
      for (const guard of guards) guard.assertHeld();
    },
    get isFresh() {
      return guards.every((guard) => guard.isFresh);
    },
    renewed: async () => void (await Promise.all(guards.map((guard) => guard.renewed()))),
    get left() {
      return Math.min(...guards.map((guard) => guard.left));
    },
    begin: async () => void (await Promise.all(guards.map((guard) => guard.begin?.()))),
  };
}
