import { count, decimal, signed } from '#lib/components/format.ts';
import type { WallTile } from '#lib/contract/views.ts';

/** A tile's number in as few signs as it takes. */
export function tileValue(tile: WallTile): string {
  if (tile.value === null) return '–';
  if (tile.id === 'valence') return signed(tile.value, 2);
  const shown =
    tile.value >= 100_000
      ? `${decimal(tile.value / 1_000, 0)}k`
      : tile.unit === '' || tile.value >= 100
        ? count(tile.value)
        : decimal(tile.value, 1);
  return shown;
}

/** What it was a week ago, in words; null where nobody knows. */
export function tileChange(tile: WallTile): string | null {
  if (tile.change === null) return null;
  const digits = tile.id === 'valence' ? 2 : 0;
  const points = tile.unit === '%' ? ' pts' : '';
  return `${signed(tile.change, digits)}${points} vs last week`;
}

/** A shape beside each status: colour is never alone. */
export const STATUS_SHAPES: Readonly<Record<WallTile['status'], string>> = { normal: '', watch: '▲', breach: '◆' };
