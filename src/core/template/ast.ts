/** The tree of a template. Every node knows its place, for faults and diagnostics. */

interface At {
  /** UTF-16 offset into the source. */
  readonly offset: number;
}

export type Expression =
  | (At & { readonly type: 'constant'; readonly value: null | boolean | number | string })
  | (At & { readonly type: 'name'; readonly name: string })
  | (At & { readonly type: 'list'; readonly items: readonly Expression[] })
  | (At & {
      readonly type: 'map';
      readonly entries: readonly (readonly [Expression, Expression])[];
    })
  | (At & { readonly type: 'member'; readonly object: Expression; readonly key: Expression })
  | (At & { readonly type: 'slice'; readonly object: Expression; readonly bounds: SliceBounds })
  | (At & { readonly type: 'call'; readonly callee: Expression; readonly args: CallArguments })
  | (At & FilterUse & { readonly type: 'filter'; readonly operand: Expression })
  | (At & {
      readonly type: 'test';
      readonly operand: Expression;
      readonly name: string;
      readonly args: CallArguments;
      readonly negated: boolean;
    })
  | (At & { readonly type: 'not'; readonly operand: Expression })
  | (At & { readonly type: 'sign'; readonly operator: '-' | '+'; readonly operand: Expression })
  | (At & {
      readonly type: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (At & {
      readonly type: 'logic';
      readonly operator: 'and' | 'or';
      readonly operands: readonly Expression[];
    })
  | (At & { readonly type: 'concat'; readonly operands: readonly Expression[] })
  | (At & {
      readonly type: 'compare';
      readonly left: Expression;
      readonly rest: readonly Comparison[];
    })
  | (At & {
      readonly type: 'choice';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression | undefined;
    });

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export interface Comparison {
  readonly operator: CompareOperator;
  readonly right: Expression;
}

export interface SliceBounds {
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}

export interface CallArguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  /** `*list` and `**map`. */
  readonly spread: Expression | undefined;
  readonly namedSpread: Expression | undefined;
}

/** A filter without its operand, as `{% filter %}` and `{% set x | … %}` write it. */
export interface FilterUse {
  readonly name: string;
  readonly args: CallArguments;
  readonly offset: number;
}

export type Target =
  | (At & { readonly type: 'name'; readonly name: string })
  | (At & { readonly type: 'tuple'; readonly items: readonly Target[] })
  | (At & { readonly type: 'attribute'; readonly object: string; readonly attribute: string });

export interface Parameter extends At {
  readonly name: string;
  readonly fallback: Expression | undefined;
}

export type Body = readonly Statement[];

export type Statement =
  | (At & { readonly type: 'text'; readonly text: string })
  | (At & { readonly type: 'output'; readonly value: Expression })
  | (At & { readonly type: 'if'; readonly branches: readonly Branch[]; readonly otherwise: Body })
  | (At & {
      readonly type: 'for';
      readonly target: Target;
      readonly iterable: Expression;
      readonly condition: Expression | undefined;
      readonly recursive: boolean;
      readonly body: Body;
      readonly otherwise: Body;
    })
  | (At & { readonly type: 'set'; readonly target: Target; readonly value: Expression })
  | (At & {
      readonly type: 'set_block';
      readonly target: Target;
      readonly filters: readonly FilterUse[];
      readonly body: Body;
    })
  | (At & { readonly type: 'macro'; readonly macro: MacroDefinition })
  | (At & {
      readonly type: 'call_block';
      readonly call: Expression;
      readonly macro: MacroDefinition;
    })
  | (At & {
      readonly type: 'filter_block';
      readonly filters: readonly FilterUse[];
      readonly body: Body;
    })
  | (At & {
      readonly type: 'include';
      readonly name: Expression;
      readonly ignoreMissing: boolean;
      readonly withContext: boolean;
    })
  | (At & {
      readonly type: 'with';
      readonly bindings: readonly (readonly [Target, Expression])[];
      readonly body: Body;
    })
  | (At & { readonly type: 'do'; readonly value: Expression })
  | (At & { readonly type: 'break' })
  | (At & { readonly type: 'continue' });

export interface Branch {
  readonly condition: Expression;
  readonly body: Body;
}

export interface MacroDefinition {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}
