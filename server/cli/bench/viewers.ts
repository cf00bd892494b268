import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { ClientEvents, Patch, ServerEvents, SubscribeAnswer, Subscription } from '#lib/contract/index.ts';
import { Fault } from '#lib/contract/index.ts';

type Page = Socket<ServerEvents, ClientEvents>;
type View = Readonly<Record<string, unknown>>;

const ANSWERS_WITHIN_MS = 10_000;

/** Every view there is of a journey: what open pages follow. */
export function everyView(journey: string): Subscription[] {
  const by = ['channel', 'segment'] as const;
  const windows = ['15m', '1h', '4h', '24h', '7d'] as const;
  return [
    { view: 'funnel', params: { journey } },
    ...by.map((column): Subscription => ({ view: 'funnel', params: { journey, by: column } })),
    ...windows.map((window): Subscription => ({ view: 'heat', params: { journey, window } })),
    { view: 'heat', params: { journey, window: '24h', by: 'owner' } },
    { view: 'heat', params: { journey, window: '24h', by: 'segment' } },
    { view: 'wall', params: { journey } },
  ];
}

/** Puts a patch onto a view, as a page does. */
function patched(view: View, patch: Patch): View {
  const next: Record<string, unknown> = { ...view, ...patch.set };
  for (const [key, entries] of Object.entries(patch.merge)) {
    const record: Record<string, unknown> = { ...(next[key] as Record<string, unknown> | undefined) };
    for (const [name, value] of Object.entries(entries)) {
      if (value === null) Reflect.deleteProperty(record, name);
      else record[name] = value;
    }
    next[key] = record;
  }
  return next;
}

function subscribed(page: Page, request: Subscription): Promise<SubscribeAnswer> {
  return new Promise((resolve) => {
    page.timeout(ANSWERS_WITHIN_MS).emit('subscribe', request, (late: Error | null, answer: SubscribeAnswer) => {
      resolve(late === null ? answer : { ok: false, code: 'not_ready', message: late.message });
    });
  });
}

/** Opens a page that follows one view. `onView` is called with every state of it, if given. */
async function openPage(address: string, request: Subscription, onView?: (view: View) => void): Promise<Page> {
  const page: Page = io(address, { transports: ['websocket'], forceNew: true, reconnection: false });
  let view: View | undefined;
  const early: Patch[] = [];
  page.on('patch', (patch) => {
    if (onView === undefined) return;
    if (view === undefined) early.push(patch);
    else onView((view = patched(view, patch)));
  });
  const answer = await subscribed(page, request);
  if (!answer.ok) {
    page.disconnect();
    throw new Fault('not_ready', `A page could not follow ${request.view}: ${answer.message}`);
  }
  view = answer.data as View;
  for (const patch of early) if (patch.seq > answer.seq) view = patched(view, patch);
  onView?.(view);
  return page;
}

/** Pages that were opened. */
export interface Pages {
  close(): void;
}

/** Opens one page per view asked for. */
export async function openPages(
  address: string,
  wanted: readonly { readonly request: Subscription; readonly onView?: (view: View) => void }[],
): Promise<Pages> {
  const pages: Page[] = [];
  const close = (): void => {
    for (const page of pages) page.disconnect();
  };
  try {
    for (const { request, onView } of wanted) pages.push(await openPage(address, request, onView));
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}
