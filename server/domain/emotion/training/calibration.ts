import { calibrated } from '../head.ts';

/** One answer with what was right: `shares` sum to 1, `right` too. */
export interface Judged {
  readonly shares: Float64Array;
  readonly right: Float64Array;
  readonly service: number;
  readonly weight: number;
}

const STEPS = 200;
const RATE = 0.5;
/** Keeps the correction near "none" where little speaks for it. */
const PULL = 1e-3;

/**
 * Fits a scale and offsets, each with a part that grows with how much a text sounds like a customer, so that an answer of 70 % is right in 70 of 100.
 * By gradient descent on the log loss; the answers must come from models that have not seen the texts.
 */
export function fitCalibration(judged: readonly Judged[], classes: number): Float32Array {
  const row = new Float64Array(2 + 2 * classes);
  row[0] = 1;
  const total = judged.reduce((sum, one) => sum + one.weight, 0) || 1;
  const slope = new Float64Array(row.length);
  const logs = judged.map(({ shares }) => shares.map((share) => Math.log(Math.max(1e-9, share))));
  for (let step = 0; step < STEPS; step++) {
    slope.fill(0);
    const current = Float32Array.from(row);
    judged.forEach(({ shares, right, service, weight }, index) => {
      const likely = calibrated(shares, current, service);
      for (let k = 0; k < classes; k++) {
        const error = (((likely[k] ?? 0) - (right[k] ?? 0)) * weight) / total;
        const log = logs[index]?.[k] ?? 0;
        slope[0] = (slope[0] ?? 0) + error * log;
        slope[1] = (slope[1] ?? 0) + error * log * service;
        slope[2 + k] = (slope[2 + k] ?? 0) + error;
        slope[2 + classes + k] = (slope[2 + classes + k] ?? 0) + error * service;
      }
    });
    for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) - RATE * ((slope[i] ?? 0) + PULL * ((row[i] ?? 0) - (i === 0 ? 1 : 0)));
  }
  return Float32Array.from(row);
}
