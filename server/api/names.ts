import { z } from 'zod';
import { MOST_NAMES } from '#lib/contract/index.ts';
import type { CustomerName } from '#lib/contract/index.ts';
import { customerId } from '#lib/contract/customer-id.ts';
import { read } from './trpc.ts';

/** What to call customers. Names are personal: they are asked for apart, and stand in no list of numbers and in no room of a live view. */
export interface NameDesk {
  /** @param most of those not at hand that are looked up; the others are left out of the answer */
  of(customers: readonly string[], most: number): Promise<readonly CustomerName[]>;
}

/** What to call customers; part of the router `customers`. */
export const nameProcedures = {
  names: read
    .input(z.strictObject({ customers: z.array(customerId).max(MOST_NAMES) }))
    .query(({ ctx, input }): Promise<readonly CustomerName[]> => ctx.names.of(input.customers, MOST_NAMES)),
};
