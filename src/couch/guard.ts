/**
 * What allows a run to write: one lease, or several. The guard is checked in the one place that sends, before every
 * attempt, when the connection is ready and before the first byte is sent: CouchDB itself can't refuse the writes of
 * a holder that is too late.
 *
 *  - Nothing is sent while a renewal is overdue: renewals go first, also under a rate limit.
 *  - A write that waits (for a renewal, a pause, a connection) fails when the lease is lost.
 *  - A write that no revision protects (revised.ts) must end within the rest of the lease, and is only repeated by
 *    callers that first check what the server holds.
 *  - Work that must precede the first write is done just before that write, not earlier: a run that fails before has
 *    left nothing behind.
 *
 * The writes that renew and release the lease, and writes that no other runner depends on, have no guard.
 */

export interface Guard {
  /** Aborted, with the reason, when the lease is lost, which is final. */
  readonly lost: AbortSignal;
  /** Throws `lease-lost`. Checks the clock: a process that was suspended notices it here first. */
  assertHeld(): void;
  /** It was renewed so recently that most of its time is left. */
  readonly isFresh: boolean;
  /**
   * Resolves when the lease is fresh: immediately, or after a renewal. Throws if the lease is lost or can't be
   * renewed.
   */
  renewed(): Promise<void>;
  /**
   * Milliseconds until the deadline: after it nothing may be sent, and some time later another runner may get the
   * lease.
   */
  readonly left: number;
  /** Awaited before each write; does what must be done once before the first one. Absent: nothing. */
  begin?(): Promise<void>;
}

/** The same lease, with a task to do before each write. */
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

/** Held only while all of the guards are. */
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
