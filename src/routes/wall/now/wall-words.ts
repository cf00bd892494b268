import { count, decimal, signed } from '#lib/components/format.ts';
import type { WallTile } from '#lib/contract/views.ts';
import * as m from '#messages/wall.ts';

/** A tile's number in as few signs as it takes. */
export function tileValue(tile: WallTile): string {
  if (tile.value === null) return '–';
  if (tile.id === 'valence') return signed(tile.value, 2);
  const shown =
    tile.value >= 1_000_000
      ? m.millions({ value: decimal(tile.value / 1_000_000, 1) })
      : tile.value >= 100_000
        ? m.thousands({ value: decimal(tile.value / 1_000, 0) })
        : tile.unit === '' || tile.value >= 100
          ? count(tile.value)
          : decimal(tile.value, 1);
  return shown;
}

/** What it was a week ago, in words; null where nobody knows. */
export function tileChange(tile: WallTile): string | null {
  if (tile.change === null) return null;
  const digits = tile.id === 'valence' ? 2 : 0;
  const change = signed(tile.change, digits);
  return tile.unit === '%' ? m.versusPoints({ change }) : m.versus({ change });
}

/** A shape beside each status: colour is never alone. */
export const STATUS_SHAPES: Readonly<Record<WallTile['status'], string>> = { normal: '', watch: '▲', breach: '◆' };
