/** What workerd's network is told about addresses. */
import { describe, expect, it } from 'vitest';
import { METADATA_ADDRESSES, SPECIAL_RANGES } from '../../../src/runtime/egress/addresses.ts';
import { networkRules } from '../../../src/runtime/egress/network-rules.ts';

const metadata = METADATA_ADDRESSES.map((one) => `${one}/${one.includes(':') ? 128 : 32}`);

describe('networkRules()', () => {
  it('denies every range that is not public', () => {
    expect(networkRules([])).toEqual({ allow: ['public'], deny: [...SPECIAL_RANGES, ...metadata] });
  });

  it('allows a single address beside its denied range, which is less specific', () => {
    const { allow, deny } = networkRules(['127.0.0.1', 'fd12::/16']);
    expect(allow).toEqual(['public', '127.0.0.1/32', 'fd12:0:0:0:0:0:0:0/16']);
    expect(deny).toContain('127.0.0.0/8');
  });

  it('does not deny a range that is allowed whole, for a tie would deny', () => {
    const { deny } = networkRules(['10.0.0.0/8', '192.0.0.0/16']);
    for (const range of ['10.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24']) {
      expect(deny).not.toContain(range);
    }
    expect(deny).toContain('192.168.0.0/16');
  });

  it('denies metadata whatever is allowed', () => {
    for (const range of ['0.0.0.0/0', '::/0', '169.254.0.0/16', '169.254.169.254']) {
      expect(networkRules([range]).deny).toEqual(expect.arrayContaining(metadata));
    }
  });
});
