import { describe, expect, it } from 'vitest';
import { QUEUE_REASONS } from '#lib/contract/queue-choices.ts';
import { comesBack, incidentThings, incidentWords, reasonAt } from '../../../src/routes/(console)/queue/queue-words.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const MINUTE = 60_000;

describe('why a row of the queue needs somebody', () => {
  it('is told as ahead where it is ahead: nobody is called stuck who is not', () => {
    expect(reasonAt({ reason: 'stuck', from: NOW + 25 * MINUTE }, NOW)).toBe('Stuck in 25\u00a0min unless it moves on');
    expect(reasonAt({ reason: 'stuck', from: NOW - 25 * MINUTE }, NOW)).toBe('Stuck for 25\u00a0min beyond the standard');
    expect(reasonAt({ reason: 'promise', from: NOW + 25 * MINUTE }, NOW)).toBe('Breaks in 25\u00a0min');
    expect(reasonAt({ reason: 'promise', from: NOW }, NOW)).toBe('Promise broken 0\u00a0s ago');
  });

  it.each(QUEUE_REASONS.filter((reason) => reason !== 'complaint' && reason !== 'bad_peak'))(
    'says of %s something else before and after',
    (reason) => {
      expect(reasonAt({ reason, from: NOW + MINUTE }, NOW)).not.toBe(reasonAt({ reason, from: NOW - MINUTE }, NOW));
    },
  );
});

describe('what the customers of an incident have in common', () => {
  it('is a place, or a promise, only where it is the same for all', () => {
    expect(incidentWords({ reason: 'stuck', stage: 'order', kind: null })).toBe('stuck, or about to be, at the same place');
    expect(incidentWords({ reason: 'stuck', stage: null, kind: null })).toBe('stuck, or about to be');
    expect(incidentWords({ reason: 'promise', stage: null, kind: 'delivery' })).toBe('with the same promise');
    expect(incidentWords({ reason: 'promise', stage: 'order', kind: null })).toBe('with promises of several kinds');
  });
});

describe('how many things an incident opens', () => {
  it('is said where it is not the number of its customers', () => {
    expect(incidentThings({ customers: 3, items: 3 })).toBeNull();
    expect(incidentThings({ customers: 3, items: 5 })).toBe('5 things');
  });
});

describe('when something that is put aside comes back', () => {
  it('is told by the time of day, and with its day where that is further ahead', () => {
    expect(comesBack(NOW + 15 * MINUTE, NOW)).toMatch(/^\d\d:\d\d$/);
    expect(comesBack(NOW + 24 * 60 * MINUTE, NOW)).toContain('27 Nov 2026');
  });
});
