/** Why a case needs somebody. The first two are promises, before and after they are broken; `recovery`: contacted, but not made good in time. */
export const QUEUE_REASONS = ['promise', 'call_back', 'stuck', 'bad_peak', 'complaint', 'dead_end', 'recovery'] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

/** What went wrong so that somebody has to be won back. */
export const RECOVERY_CAUSES = ['promise', 'bad_peak', 'complaint', 'dead_end'] as const;
export type RecoveryCause = (typeof RECOVERY_CAUSES)[number];

/** How far a recovery has come: in exactly one of these at every instant. */
export const RECOVERY_STATES = ['detected', 'contacted', 'resolved', 'won', 'lost'] as const;
export type RecoveryState = (typeof RECOVERY_STATES)[number];

/** What a number about recoveries counts: all of them, those in a state, those made good whatever became of them since, those that ended, those with a feeling before and after. */
export const RECOVERY_WHATS = ['all', ...RECOVERY_STATES, 'made-good', 'ended', 'felt'] as const;
export type RecoveryWhat = (typeof RECOVERY_WHATS)[number];

/** What came of an item of the queue, as whoever did it says. */
export const CARE_OUTCOMES = ['helped', 'no_effect', 'not_reached', 'wrong_alert'] as const;
export type CareOutcome = (typeof CARE_OUTCOMES)[number];

/** Items that one answer about the queue holds at most: where nobody says how many, and where somebody does. */
export const MOST_WAITING = { unasked: 200, ever: 5000 } as const;
