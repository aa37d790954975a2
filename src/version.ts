/** The release, as `package.json` and `/healthz` tell it. */
export const VERSION = '0.1.0';
