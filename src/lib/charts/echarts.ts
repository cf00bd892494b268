/**
 * The only door to ECharts, with static imports: separate lazy imports of its parts build, but die in production (chunk order).
 * Load it with `import('./echarts.ts')`, so that no first page carries it.
 */
import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

/** Makes a chart in an element. Whoever calls it disposes of it. */
export { init };
