const HOUR = 3_600_000;

/** Cases of the test journey that enter one after the other. */
export interface Passages {
  /** of the customers' names, so that several lots can be told apart */
  readonly name: string;
  readonly entered: number;
  /** the first so many reach the goal within four hours; the others only enter */
  readonly converted: number;
  /** first and last entry, ms */
  readonly from: number;
  readonly until: number;
  readonly segment?: string;
}

/** Events of customers who enter the test journey, spread evenly over a time; who converts is spread evenly among them. */
export function passages({ name, entered, converted, from, until, segment }: Passages): object[] {
  return Array.from({ length: entered }, (_, i) => {
    const at = Math.round(from + ((until - from) * i) / Math.max(1, entered - 1));
    const goes = Math.floor(((i + 1) * converted) / entered) > Math.floor((i * converted) / entered);
    const types = goes ? ['page.viewed', 'order.placed', 'delivery.started', 'delivery.arrived'] : ['page.viewed'];
    return types.map((type, k) => ({
      id: `${name}${i}-${k}`,
      type,
      customer: { customerId: `${name}${i}` },
      occurredAt: at + k * HOUR,
      ...(segment === undefined ? {} : { segment }),
    }));
  }).flat();
}
