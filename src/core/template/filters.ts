/** The table of filters. */
import { DATA_FILTERS } from './filters-data.ts';
import { LIST_FILTERS } from './filters-list.ts';
import { TEXT_FILTERS } from './filters-text.ts';
import type { Filter, FilterTable } from './filter.ts';

export const FILTERS: FilterTable = { ...TEXT_FILTERS, ...LIST_FILTERS, ...DATA_FILTERS };

export function findFilter(name: string): Filter | undefined {
  return Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
}
