import type { EChartsCoreOption } from 'echarts/core';
import { dateTime, decimal } from '#lib/components/format.ts';
import type { CellDetail } from '#lib/contract/views.ts';
import * as m from '#messages/chart.ts';

/** Colours of the page at the moment of drawing. */
export interface Palette {
  readonly text: string;
  readonly line: string;
  readonly series: string;
  readonly surface: string;
}

/** The friction of one cell over time as an ECharts option. Instants without a number are gaps, never zero. */
export function trendOption(trend: CellDetail['trend'], palette: Palette): EChartsCoreOption {
  const axis = {
    axisLabel: { color: palette.text },
    axisLine: { lineStyle: { color: palette.line } },
    splitLine: { lineStyle: { color: palette.line } },
  };
  return {
    animation: false,
    aria: { enabled: true, label: { description: trendSentence(trend) } },
    grid: { left: 34, right: 12, top: 12, bottom: 24 },
    tooltip: {
      trigger: 'axis',
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.text },
      formatter: (hits: unknown) => tooltipOf(trend, hits),
    },
    xAxis: { type: 'time', ...axis, splitLine: { show: false }, axisLabel: { color: palette.text, hideOverlap: true } },
    yAxis: { type: 'value', min: 0, max: ceilingOf(trend), ...axis },
    series: [
      {
        id: 'friction',
        name: m.friction(),
        type: 'line',
        connectNulls: false,
        symbolSize: 5,
        showSymbol: trend.length <= 60,
        lineStyle: { color: palette.series, width: 2 },
        itemStyle: { color: palette.series },
        data: trend.map((point) => [point.at, point.friction]),
      },
    ],
  };
}

/** One sentence that says what the chart shows. */
export function trendSentence(trend: CellDetail['trend']): string {
  const known = trend.flatMap(({ at, friction }) => (friction === null ? [] : [{ at, friction }]));
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return m.none();
  const worst = known.reduce((a, b) => (b.friction > a.friction ? b : a));
  return m.sentence({
    ...{ first: decimal(first.friction), firstAt: dateTime(first.at) },
    ...{ last: decimal(last.friction), lastAt: dateTime(last.at) },
    ...{ worst: decimal(worst.friction), worstAt: dateTime(worst.at) },
  });
}

/** Top of the axis: the next ten above the highest number, at least 20, at most 100. */
function ceilingOf(trend: CellDetail['trend']): number {
  const highest = Math.max(0, ...trend.map(({ friction }) => friction ?? 0));
  return Math.min(100, Math.max(20, Math.ceil((highest + 1) / 10) * 10));
}

function tooltipOf(trend: CellDetail['trend'], hits: unknown): string {
  const hit: unknown = Array.isArray(hits) ? hits[0] : hits;
  const index = typeof hit === 'object' && hit !== null && 'dataIndex' in hit && typeof hit.dataIndex === 'number' ? hit.dataIndex : -1;
  const point = trend[index];
  if (!point) return '';
  const friction = point.friction === null ? m.tooFewFor() : m.frictionOf({ value: decimal(point.friction) });
  return `${dateTime(point.at)}<br>${friction}, ${m.visitsOf({ count: point.n })}`;
}
