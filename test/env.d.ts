/** Modules that the test runner adds. */
/// <reference types="@cloudflare/vitest-plugin/types" />
/// <reference types="vite/client" />
