import { z } from 'zod';

/** How the opaque id of a customer, of an identifier or of an account looks. */
export const CUSTOMER_ID = /^[0-9a-f]{20}$/;

export const customerId = z.string().regex(CUSTOMER_ID, 'is not a customer id');

/** What a program may call a customer by: the opaque id, or the `customerId` under which a sender knows them. */
export const customerName = z.string().min(1).max(200);
