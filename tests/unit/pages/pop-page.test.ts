import { describe, expect, it } from 'vitest';
import { isFindChord } from '#lib/components/shortcuts.ts';
import { askedOf } from '../../../src/routes/(console)/pop/caller.ts';

const asked = (query: string) => {
  const fields = new URLSearchParams(query);
  return askedOf((name) => fields.get(name));
};
const values = (query: string) => asked(query).lookUps.map(({ kind, value }) => `${kind ?? 'any'}=${value}`);

describe('the fields of a screen pop', () => {
  it('get the plus sign back that a query turns into a space', () => {
    for (const sent of ['phone=+4915112345', 'phone=%2B4915112345', 'phone=%252B4915112345', 'ani=+4915112345'])
      expect([sent, values(sent)]).toEqual([sent, ['phone=+4915112345']]);
    expect(values('q=+49 151 12345')).toEqual(['any=+49 151 12345']);
    expect(values('email=ada+shop@example.com')).toEqual(['email=ada+shop@example.com']);
  });
  it('leave a national number national', () => {
    expect(values('phone=0151 12345')).toEqual(['phone=0151 12345']);
  });
  it('find the number in the addresses that telephone systems use', () => {
    for (const sent of ['tel:+4915112345', 'sip:+4915112345@pbx.example;user=phone', '"Ada" <sip:+4915112345@pbx.example>'])
      expect([sent, values(`phone=${encodeURIComponent(sent)}`)]).toEqual([sent, ['phone=+4915112345']]);
  });
  it.each(['', 'anonymous', 'Anonymous', 'RESTRICTED', 'unknown', '+266696687', 'sip:anonymous@anonymous.invalid'])(
    'take %j for a withheld number, never for somebody',
    (sent) => {
      expect(asked(`ani=${encodeURIComponent(sent)}`)).toEqual({ lookUps: [], withheld: true });
    },
  );
  it('are tried from the most telling to the least, each once, also beside a withheld number', () => {
    expect(values('q=x&phone=0151&ani=0151&email=a@b.de&order=4711&ticket=T1&customer=C1')).toEqual([
      'customerId=C1',
      'ticketId=T1',
      'orderId=4711',
      'email=a@b.de',
      'phone=0151',
      'any=x',
    ]);
    expect(asked('phone=anonymous&order=4711')).toEqual({ lookUps: [{ kind: 'orderId', value: '4711' }], withheld: true });
  });
  it('ask nothing where nothing is given', () => {
    for (const sent of ['', 'q=++', 'order=', 'other=1']) expect([sent, asked(sent)]).toEqual([sent, { lookUps: [], withheld: false }]);
  });
});

describe('Ctrl+K and ⌘K', () => {
  const press = (key: string, ...held: readonly ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]) =>
    isFindChord({ key, ctrlKey: held.includes('ctrlKey'), metaKey: held.includes('metaKey'), altKey: held.includes('altKey'), shiftKey: held.includes('shiftKey') }); // prettier-ignore
  it('find a customer, and no other chord does', () => {
    expect([press('k', 'ctrlKey'), press('K', 'metaKey')]).toEqual([true, true]);
    expect([press('k'), press('k', 'ctrlKey', 'shiftKey'), press('k', 'ctrlKey', 'altKey'), press('j', 'ctrlKey')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
