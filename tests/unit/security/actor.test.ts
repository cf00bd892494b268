import { expect, test } from 'vitest';
import { actorOf } from '#server/security/actor.ts';

const request = (headers: Record<string, string>, remoteAddress = '127.0.0.1') => ({ headers, socket: { remoteAddress } });

test('somebody at this machine acts under a name of their own, which is never taken for verified', () => {
  expect(actorOf(request({ 'x-actor-name': 'Ada' }))).toEqual({ name: 'Ada', verified: false });
  expect(actorOf(request({ cookie: 'a=b; x-actor-name=Zo%C3%AB%20%F0%9F%98%80; c=d', host: 'localhost:4070' }, '::1'))?.name).toBe(
    'Zoë 😀',
  );
  expect(actorOf(request({}, '::ffff:127.0.0.1'))?.name).toBe('somebody at this machine');
  expect(actorOf(request({ 'x-actor-name': `\u202eadmin\u0000${'x'.repeat(99)}` }))?.name).toMatch(/^adminx{55}$/);
  expect(actorOf(request({ cookie: 'x-actor-name=%' }))?.name).toBe('%');
});

test('nobody else acts: not from another machine, through a proxy, or by another name of this machine', () => {
  for (const stranger of [
    request({}, '10.0.0.7'),
    request({ 'x-forwarded-for': '10.0.0.7' }),
    request({ forwarded: 'for=10.0.0.7' }),
    request({ host: 'evil.example' }),
  ])
    expect(actorOf(stranger)).toBeUndefined();
  expect(actorOf({ headers: {}, socket: {} })).toBeUndefined();
  expect(actorOf(request({}, '10.0.0.7'), { allowRemote: true })).toBeDefined();
});
