import type { CaseStanding, Finding } from '#lib/contract/case.ts';

/** How a case stands, in a word or two. */
export const STANDING_WORDS: Readonly<Record<CaseStanding, string>> = {
  open: 'open',
  progressing: 'progressing',
  stalled: 'stalled',
  reopened: 'reopened',
  completed: 'completed',
  abandoned: 'given up',
};

/** By which rule. */
export const STANDING_RULES: Readonly<Record<CaseStanding, string>> = {
  open: 'still in the stage in which it began',
  progressing: 'has gone on at least one stage',
  stalled: 'longer in its stage than the standard',
  reopened: 'came back after it had ended or was completed',
  completed: 'its goal is reached',
  abandoned: 'ended before its goal, by an event or by the clock alone',
};

export const FINDING_WORDS: Readonly<Record<Finding, string>> = {
  dead_end: 'dead end',
  lost_handover: 'thread lost between channels',
};

export const FINDING_RULES: Readonly<Record<Finding, string>> = {
  dead_end: 'nothing that the journey allows followed within the standard time, or nothing came of it',
  lost_handover: 'another channel within three days, and the matter or the identity had to be told again',
};
