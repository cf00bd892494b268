import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Fault } from '#lib/contract/fault.ts';
import { createWriteKeys } from '#server/security/write-keys.ts';

const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'throughline-keys-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
};

describe('write keys', () => {
  test('one is made on the first start, kept for its owner only, and found again', () => {
    using home = folder();
    const dataDir = join(home.path, 'new');
    const first = createWriteKeys({ dataDir });
    const second = createWriteKeys({ dataDir });
    expect([first.made, second.made, second.first === first.first]).toEqual([true, false, true]);
    expect(first.first).toMatch(/^wk_[0-9a-f]{8}_[\w-]{43}$/);
    expect(statSync(join(dataDir, 'write-key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['write-key']);
    expect(second.sourceOf(first.first)).toBe('default');
  });

  test('a kept one that others could read is kept for its owner only from then on, and that it could be read is told', () => {
    using home = folder();
    const { first } = createWriteKeys({ dataDir: home.path });
    const file = join(home.path, 'write-key');
    chmodSync(file, 0o644);
    const told: string[] = [];
    const open = () => createWriteKeys({ dataDir: home.path, onReadable: (words) => told.push(words) }).first;
    expect([open(), open()]).toEqual([first, first]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(told).toEqual([expect.stringContaining(`${file} could be read by other users`)]);
  });

  test('a damaged key file stops the start and says what to do', () => {
    using home = folder();
    writeFileSync(join(home.path, 'write-key'), '');
    expect(() => createWriteKeys({ dataDir: home.path })).toThrow(/Delete the file/);
  });

  test('a folder in which none can be kept stops the start with a sentence', () => {
    using home = folder();
    const file = join(home.path, 'file');
    writeFileSync(file, '');
    expect(() => createWriteKeys({ dataDir: file })).toThrow(/^The write key cannot be kept in .*DATA_DIR must be a folder.*WRITE_KEY\.$/);
  });

  test('each names its source, and a named one cannot pass for another', () => {
    const keys = createWriteKeys({ configured: 'shop:aaaaaaaaaaaaaaaa, crm:bbbbbbbbbbbbbbbb,cccccccccccccccc', dataDir: '/nonexistent' });
    const [shop, open] = ['aaaaaaaaaaaaaaaa', 'cccccccccccccccc'];
    expect([keys.sourceOf(shop), keys.sourceOf(shop, 'shop'), keys.sourceOf(shop, 'crm')]).toEqual(['shop', 'shop', 'shop/crm']);
    expect([keys.sourceOf(open), keys.sourceOf(open, 'till'), keys.sourceOf(open, 'shop')]).toEqual(['default', 'till', 'default/shop']);
    expect([keys.sourceOf('bbbbbbbbbbbbbbbc'), keys.sourceOf(''), keys.sourceOf('shop:aaaaaaaaaaaaaaaa')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([keys.sourceInside('shop', 'crm'), keys.sourceInside('shop', 'shop')]).toEqual(['shop/crm', 'shop']);
    expect([keys.sourceInside(undefined, 'till'), keys.sourceInside(undefined, 'shop')]).toEqual(['till', 'default/shop']);
    expect([keys.isNamed(shop), keys.isNamed(open), keys.made]).toEqual([true, false, false]);
  });

  test('that are the same for two names stop the start, with both names and without the key', () => {
    const configured = 'shop:aaaaaaaaaaaaaaaa,crm:aaaaaaaaaaaaaaaa';
    expect(() => createWriteKeys({ configured, dataDir: '/nonexistent' })).toThrow(/^WRITE_KEY gives "shop" and "crm" the same key\..*/);
    expect(() => createWriteKeys({ configured, dataDir: '/nonexistent' })).not.toThrow(/aaaa/);
    const nameless = 'aaaaaaaaaaaaaaaa,crm:aaaaaaaaaaaaaaaa';
    expect(() => createWriteKeys({ configured: nameless, dataDir: '/nonexistent' })).toThrow(/a key without name and "crm" the same key/);
  });

  test('that are weak or unclear are refused with a sentence', () => {
    for (const configured of [
      '',
      'short',
      'a:b:cccccccccccccccc',
      'x:aaaaaaaaaaaaaaaa,x:bbbbbbbbbbbbbbbb',
      '!:aaaaaaaaaaaaaaaa',
      'aaaaaaaaaaaaaaaa,',
    ])
      expect(() => createWriteKeys({ configured, dataDir: '/nonexistent' })).toThrow(Fault);
  });
});
