/** The functions of Extism's kernel that a bundled plugin may import. */

// @ts-ignore: decorator
@external('extism:host/env', 'input_length')
export declare function inputLength(): u64;

// @ts-ignore: decorator
@external('extism:host/env', 'input_load_u8')
export declare function inputLoadU8(offset: u64): u32;

// @ts-ignore: decorator
@external('extism:host/env', 'input_load_u64')
export declare function inputLoadU64(offset: u64): u64;

// @ts-ignore: decorator
@external('extism:host/env', 'alloc')
export declare function hostAlloc(size: u64): u64;

// @ts-ignore: decorator
@external('extism:host/env', 'store_u8')
export declare function hostStoreU8(offset: u64, value: u32): void;

// @ts-ignore: decorator
@external('extism:host/env', 'store_u64')
export declare function hostStoreU64(offset: u64, value: u64): void;

// @ts-ignore: decorator
@external('extism:host/env', 'output_set')
export declare function outputSet(offset: u64, size: u64): void;

// @ts-ignore: decorator
@external('extism:host/env', 'error_set')
export declare function errorSet(offset: u64): void;
