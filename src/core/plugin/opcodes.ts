/** The instructions a module may use, and what follows each in the bytes. Unlisted means refused. */

export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  tableGet: 0x25,
  tableSet: 0x26,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  refNull: 0xd0,
  refFunc: 0xd2,
  bulkPrefix: 0xfc,
  simdPrefix: 0xfd,
} as const;

/** What follows an opcode. */
export const IMMEDIATE = {
  refused: 0,
  none: 1,
  block: 2,
  label: 3,
  labelTable: 4,
  function: 5,
  indirect: 6,
  local: 7,
  global: 8,
  table: 9,
  memarg: 10,
  memory: 11,
  i32: 12,
  i64: 13,
  f32: 14,
  f64: 15,
  selectTypes: 16,
  referenceType: 17,
  bulk: 18,
  simd: 19,
} as const;

/** By opcode. Tail calls are allowed: their callee charges its own entry. */
export const IMMEDIATES: Uint8Array = table(256, IMMEDIATE.refused, [
  [IMMEDIATE.none, 0x00, 0x01],
  [IMMEDIATE.block, OP.block, OP.if],
  [IMMEDIATE.none, OP.else],
  [IMMEDIATE.none, OP.end],
  [IMMEDIATE.label, OP.br, OP.brIf],
  [IMMEDIATE.labelTable, OP.brTable],
  [IMMEDIATE.none, OP.return],
  [IMMEDIATE.function, OP.call],
  [IMMEDIATE.indirect, OP.callIndirect],
  [IMMEDIATE.function, OP.returnCall],
  [IMMEDIATE.indirect, OP.returnCallIndirect],
  [IMMEDIATE.none, 0x1a, 0x1b],
  [IMMEDIATE.selectTypes, 0x1c],
  [IMMEDIATE.local, OP.localGet, OP.localTee],
  [IMMEDIATE.global, OP.globalGet, OP.globalSet],
  [IMMEDIATE.table, OP.tableGet, OP.tableSet],
  [IMMEDIATE.memarg, 0x28, 0x3e],
  [IMMEDIATE.memory, OP.memorySize, OP.memoryGrow],
  [IMMEDIATE.i32, OP.i32Const],
  [IMMEDIATE.i64, OP.i64Const],
  [IMMEDIATE.f32, OP.f32Const],
  [IMMEDIATE.f64, OP.f64Const],
  [IMMEDIATE.none, 0x45, 0xc4],
  [IMMEDIATE.referenceType, OP.refNull],
  [IMMEDIATE.none, 0xd1],
  [IMMEDIATE.function, OP.refFunc],
  [IMMEDIATE.bulk, OP.bulkPrefix],
  [IMMEDIATE.simd, OP.simdPrefix],
]);

/** What follows a vector opcode. A lane's number is below the lanes of its shape. */
export const VECTOR = {
  refused: 0,
  none: 1,
  memarg: 2,
  bytes: 3,
  shuffle: 4,
  lanes16: 5,
  lanes8: 6,
  lanes4: 7,
  lanes2: 8,
  memargLanes16: 9,
  memargLanes8: 10,
  memargLanes4: 11,
  memargLanes2: 12,
} as const;

export const VECTORS: Uint8Array = table(0x114, VECTOR.refused, [
  [VECTOR.memarg, 0x00, 0x0b],
  [VECTOR.bytes, 0x0c],
  [VECTOR.shuffle, 0x0d],
  [VECTOR.none, 0x0e, 0x14],
  [VECTOR.lanes16, 0x15, 0x17],
  [VECTOR.lanes8, 0x18, 0x1a],
  [VECTOR.lanes4, 0x1b, 0x1c],
  [VECTOR.lanes2, 0x1d, 0x1e],
  [VECTOR.lanes4, 0x1f, 0x20],
  [VECTOR.lanes2, 0x21, 0x22],
  [VECTOR.none, 0x23, 0x53],
  [VECTOR.memargLanes16, 0x54],
  [VECTOR.memargLanes8, 0x55],
  [VECTOR.memargLanes4, 0x56],
  [VECTOR.memargLanes2, 0x57],
  [VECTOR.memargLanes16, 0x58],
  [VECTOR.memargLanes8, 0x59],
  [VECTOR.memargLanes4, 0x5a],
  [VECTOR.memargLanes2, 0x5b],
  [VECTOR.memarg, 0x5c, 0x5d],
  [VECTOR.none, 0x5e, 0x99],
  [VECTOR.none, 0x9b, 0xa1],
  [VECTOR.none, 0xa3, 0xa4],
  [VECTOR.none, 0xa7, 0xae],
  [VECTOR.none, 0xb1],
  [VECTOR.none, 0xb5, 0xba],
  [VECTOR.none, 0xbc, 0xc1],
  [VECTOR.none, 0xc3, 0xc4],
  [VECTOR.none, 0xc7, 0xce],
  [VECTOR.none, 0xd1],
  [VECTOR.none, 0xd5, 0xe1],
  [VECTOR.none, 0xe3, 0xed],
  [VECTOR.none, 0xef, 0xff],
  // The relaxed ones.
  [VECTOR.none, 0x100, 0x113],
]);

/** Names what a refused opcode belongs to, for the author who left a compiler flag on. */
export function findFeature(opcode: number): string | undefined {
  if ((opcode >= 0x06 && opcode <= 0x0a) || opcode === 0x18 || opcode === 0x19 || opcode === 0x1f) {
    return 'exception handling';
  }
  if (opcode === 0x14 || opcode === 0x15) return 'typed function references';
  if ((opcode >= 0xd3 && opcode <= 0xd6) || opcode === 0xfb) return 'garbage collection';
  if (opcode >= 0xe0 && opcode <= 0xe6) return 'stack switching';
  if (opcode === 0xfe) return 'threads';
  return undefined;
}

type Row = readonly [kind: number, first: number, last?: number];

function table(size: number, fill: number, rows: readonly Row[]): Uint8Array {
  const kinds = new Uint8Array(size).fill(fill);
  for (const [kind, first, last = first] of rows) kinds.fill(kind, first, last + 1);
  return kinds;
}
