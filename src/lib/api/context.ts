import { createContext } from 'svelte';
import type { Api } from './client.ts';

/** The browser's API client: set by the root layout. */
export const [getApi, setApi] = createContext<Api>();
