/** The figures of a Prometheus text: name with its labels -> value. @throws where a line cannot be read, or stands twice */
export function readMetrics(text: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([a-zA-Z_:][\w:]*(?:\{(?:\w+="[^"\\\n]*",?)+\})?) (\S+)$/.exec(line) ?? [];
    if (name === '' || !/^(-?\d+(\.\d+)?(e[+-]?\d+)?|[+-]Inf|Nan)$/.test(value)) throw new Error(`This is no line of metrics: ${line}`);
    if (figures.has(name)) throw new Error(`${name} stands twice.`);
    figures.set(name, Number(value));
  }
  return figures;
}
