import { main } from './import-command.ts';

await main();
