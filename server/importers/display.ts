import cliProgress from 'cli-progress';
import type { Display } from './import.ts';

/** Where the display writes. */
export interface DisplayStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const LINE_EVERY_MS = 5_000;

/** A display that also tells what is waited for. */
export interface WaitingDisplay extends Display {
  /** @param why e.g. `http://127.0.0.1:4070: nobody answers` */
  waiting(why: string): void;
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

function lines(stream: DisplayStream, clock: () => number): WaitingDisplay {
  let last = clock();
  let reason = '';
  const say = (text: () => string): void => {
    if (clock() - last < LINE_EVERY_MS) return;
    last = clock();
    stream.write(`${text()}\n`);
  };
  return {
    reading: (rows, share) => say(() => `reading: ${rows} rows, ${percent(share)}`),
    sending: (done, total) => say(() => `sending: ${done} of ${total}`),
    waiting: (why) => {
      if (why !== reason) last = -Infinity;
      reason = why;
      say(() => `waiting: ${why}; trying again`);
    },
    finished: () => undefined,
  };
}

function bar(stream: NodeJS.WriteStream): WaitingDisplay {
  const progress = new cliProgress.SingleBar({
    format: '{phase} |{bar}| {percentage} %  {news}',
    hideCursor: true,
    barsize: 30,
    gracefulExit: false,
    stream,
  });
  let phase = '';
  const show = (name: string, value: number, total: number, news: string): void => {
    if (phase !== name) {
      if (phase !== '') progress.stop();
      phase = name;
      progress.start(total, value, { phase: name, news });
    } else progress.update(value, { news });
  };
  return {
    reading: (rows, share) => show('reading', Math.floor(share * 100), 100, `${rows} rows`),
    sending: (done, total) => show('sending', done, total, `${done} of ${total} events`),
    waiting: (why) => {
      if (phase !== '') progress.update({ news: `${why}; trying again` });
    },
    finished: () => {
      if (phase !== '') progress.stop();
      phase = '';
    },
  };
}

/** A progress bar on a terminal; elsewhere a line every five seconds. */
export function progressDisplay(stream: NodeJS.WriteStream, clock: () => number): WaitingDisplay {
  return stream.isTTY ? bar(stream) : lines(stream, clock);
}
