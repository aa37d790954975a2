/** Lists of nodes that grow side by side: chains of eight-byte links in one block. */

let links: usize = 0;
let room: u32 = 0;
let used: u32 = 0;

/** Makes room at once, so that no old copies stay behind. */
export function openChains(expected: u32): void {
  room = expected + 2;
  used = 0;
  links = heap.alloc((<usize>room) << 3);
}

/** A chain is the number of its last link, 0 when it is empty; the last link points to the first. */
export function append(chain: u32, node: u32): u32 {
  if (used + 1 >= room) {
    room = room == 0 ? 256 : room * 2;
    const size = (<usize>room) << 3;
    links = links == 0 ? heap.alloc(size) : heap.realloc(links, size);
  }
  used++;
  const link = links + ((<usize>used) << 3);
  store<u32>(link, node);
  if (chain == 0) {
    store<u32>(link, used, 4);
  } else {
    store<u32>(link, nextLink(chain), 4);
    store<u32>(links + ((<usize>chain) << 3), used, 4);
  }
  return used;
}

/** From the last link to the first, from each other one to the one after. */
export function nextLink(link: u32): u32 {
  return load<u32>(links + ((<usize>link) << 3), 4);
}

export function nodeOf(link: u32): u32 {
  return load<u32>(links + ((<usize>link) << 3));
}
