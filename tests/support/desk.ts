import type { TestApp } from './app.ts';

/** Calls a procedure that changes something, as a page does. @throws with the answer where it is no success */
export async function change<Answer>(app: Pick<TestApp, 'address'>, path: string, input: object): Promise<Answer> {
  const answer = await fetch(`${app.address}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as { readonly result?: { readonly data: Answer } };
  if (body.result === undefined) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(body).slice(0, 300)}`);
  return body.result.data;
}
