import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { journeySchema } from '#lib/contract/index.ts';
import { checkJourney, compileJourney } from '#server/domain/blueprint/blueprint.ts';
import { FEEDS, STAGES, STEPS, TOUCHPOINTS, feedOf } from '#server/simulator/catalogue.ts';
import type { TouchpointId } from '#server/simulator/catalogue.ts';
import { tellHistory } from '#server/simulator/history.ts';

const file = journeySchema.parse(parse(readFileSync(new URL('../../../server/journeys/broadband.yaml', import.meta.url), 'utf8')));
const ids = Object.keys(TOUCHPOINTS) as TouchpointId[];

describe('the broadband journey', () => {
  it('can be published: nothing is wrong with it', () => {
    expect(checkJourney(file)).toEqual([]);
  });

  it('goes from looking around to renewing or leaving, with the first bill as the goal', () => {
    expect(file.stages.map((stage) => stage.id)).toEqual([...STAGES]);
    expect(file.stages.filter((stage) => !stage.after).map((stage) => stage.id)).toEqual([...STEPS]);
    expect(file.correlation).toBe('orderId');
  });

  it('is told by every channel, every kind of clue and every controller', () => {
    expect(new Set(file.touchpoints.flatMap((one) => [one.channel, ...(one.channels ?? [])])).size).toBe(10);
    expect(new Set(file.touchpoints.map((one) => one.clue)).size).toBe(3);
    expect(new Set(file.touchpoints.map((one) => one.controller)).size).toBe(3);
    expect(file.touchpoints.filter((one) => one.mot > 0).length).toBeGreaterThan(5);
  });

  it('knows the same touchpoints, stages and channels as the simulator', () => {
    const inFile = file.touchpoints.map((one) => [one.id, one.stage ?? null, one.channel]);
    const inCode = ids.map((id) => [id, TOUCHPOINTS[id].stage, TOUCHPOINTS[id].channel]);
    expect(inCode.sort()).toEqual(inFile.sort());
  });

  it('expects every touchpoint from the feed that sends it in its usual channel', () => {
    const wrong = file.touchpoints.filter((one) =>
      ids.some((id) => id === one.id && feedOf(id, one.channel) !== one.source && one.source !== TOUCHPOINTS[id].feed),
    );
    expect(wrong.map((one) => one.id)).toEqual([]);
    expect(file.sources.map((source) => source.id).sort()).toEqual([...FEEDS].sort());
  });

  it('matches each simulated event to the touchpoint it names, and to that one only', () => {
    const blueprint = compileJourney(file);
    const received = Date.UTC(2026, 5, 1);
    const stored = { key: '', source: '', id: '', at: received, received, under: '', who: [] };
    for (const { event } of tellHistory({ seed: 3, endsAt: received, customers: 200 }).events) {
      const { touchpoint, channel, type } = event;
      const found = blueprint.match({ ...stored, ...(touchpoint && { touchpoint }), ...(channel && { channel }), ...(type && { type }) });
      if (found?.id !== touchpoint && touchpoint !== 'tv_box') expect.fail(`${type} at ${touchpoint} matched ${found?.id}`);
      if (found !== undefined && channel !== undefined && !found.channels.includes(channel))
        expect.fail(`${touchpoint} does not come through ${channel}`);
    }
    expect(blueprint.touchpoints).toHaveLength(ids.length);
  });
});
