/** Pages in a frame are those of the console and are given the same. */
export { load } from '../(console)/+layout.server.ts';
