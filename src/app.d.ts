import type { Caller } from '#server/api/router.ts';

declare global {
  namespace App {
    interface Locals {
      /** The product's own API, called in process; the same procedures as /api/trpc. */
      api: Caller;
      /** Where the key for sending events is kept, for the first-run page; null where the operator set it. */
      writeKeyFile: string | null;
    }
    interface PageState {
      /** this page was opened for a call; tells one call from another */
      call?: string;
    }
    interface Error {
      message: string;
      traceId?: string;
    }
  }
}

export {};
