import type { SegmentCall } from './segment.ts';

/** The short paths that Segment's browser library uses, and the calls they stand for. */
export const SHORT_PATHS: Readonly<Record<string, 'batch' | SegmentCall>> = {
  t: 'track',
  i: 'identify',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
  b: 'batch',
};

const SETTINGS = /^\/v1\/projects\/([\x21-\x7e]{1,256})\/settings$/;

/** The key in the path of the browser library's call for its settings; undefined where the path is another one. */
export function settingsKeyOf(path: string): string | undefined {
  const encoded = SETTINGS.exec(path)?.[1];
  if (encoded === undefined || encoded.includes('/')) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/**
 * The settings that Segment's browser library loads before it sends: everything comes here, nothing goes to Segment.
 * @param at.host as the page addressed us
 */
export function browserSettings(key: string, at: { readonly host: string; readonly secure: boolean }): object {
  return {
    integrations: {
      'Segment.io': { apiKey: key, apiHost: `${at.host}/v1`, protocol: at.secure ? 'https' : 'http', unbundledIntegrations: [] },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    // Without this the library reports on itself to Segment.
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}
