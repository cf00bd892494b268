export * from './words.ts';
export * from './event.ts';
export * from './journey.ts';
export * from './views.ts';
export * from './live.ts';
export * from './list.ts';
export * from './fault.ts';
