import type { Page, PageRequest } from '../query/selection';

/** All items of a list, read page by page. Fails when a page is longer than asked for, or empty before the last. */
export async function walk<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    if (page.items.length > limit) throw new Error(`${page.items.length} items on a page of ${limit}`);
    if (page.items.length === 0 && page.nextCursor !== null) throw new Error('an empty page that is not the last');
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
