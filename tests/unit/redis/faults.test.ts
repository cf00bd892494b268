import { ClientOfflineError, ErrorReply, SocketClosedUnexpectedlyError } from 'redis';
import { describe, expect, it } from 'vitest';
import { Fault } from '#lib/contract/index.ts';
import { knownFault } from '#server/redis/faults.ts';

describe('what was thrown', () => {
  it.each([
    ['a connection that is not there', new ClientOfflineError(), 'store_unavailable'],
    ['a connection that broke', new SocketClosedUnexpectedlyError(), 'store_unavailable'],
    [
      'a connection that breaks in this moment',
      Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }),
      'store_unavailable',
    ],
    ['a server that still loads its files', new ErrorReply('LOADING Redis is loading the dataset in memory'), 'store_unavailable'],
    ['a server without room', new ErrorReply("OOM command not allowed when used memory > 'maxmemory'."), 'store_full'],
    ['a command that cannot be', new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value'), 'internal'],
  ])('is the store’s fault where it is %s', (_, thrown, code) => {
    const fault = knownFault(thrown);
    expect(fault?.code).toBe(code);
    expect(fault?.cause).toBe(thrown);
  });

  it('stays what it is where the product said it in its own words', () => {
    const fault = new Fault('not_found', 'There is no such customer.');
    expect(knownFault(fault)).toBe(fault);
  });

  it('is nobody’s known fault where it is a mistake in a program', () => {
    expect(knownFault(new TypeError('undefined is not a function'))).toBeUndefined();
    expect(knownFault('words')).toBeUndefined();
  });
});
