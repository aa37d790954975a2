/** What the ports call things by. */

/** Milliseconds since 1970 UTC. */
export type EpochMs = number;
/** Lower-case hex SHA-256. */
export type Digest = string;
export type RunId = string;
/** Who owns recipes, plugins, runs and limits. Comes from the API key alone. */
export type Tenant = string;
