import { createContext } from 'svelte';
import type { LiveConnection } from './connection.svelte.ts';
import type { Stage } from './stage.svelte.ts';

/** The tab's one connection: set by the root layout. */
export const [getLive, setLive] = createContext<LiveConnection>();

/** What the live chip speaks about: set by the frame, filled by the page. */
export const [getStage, setStage] = createContext<Stage>();
