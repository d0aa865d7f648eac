import type { Dice } from './dice.ts';
import { anyNumber, anyScalar, anyText, nearly, recased, writeNumber, writeText } from './writing.ts';

/** One member of a field's list in a pattern, with values that are meant to match it and values that are not. */
export interface Clause {
  readonly operator: string;
  /** The member as it is written. */
  readonly written: string;
  /** A value as JSON, or `undefined` for a field that is not there. */
  readonly good: (dice: Dice) => string | undefined;
  readonly bad: (dice: Dice) => string | undefined;
}

type Make = (dice: Dice) => Omit<Clause, 'operator'>;

/** A clause on texts: how to write it, what it takes, and the text that a near miss begins from. */
function onText(
  dice: Dice,
  sought: string,
  write: (text: string) => string,
  good: (dice: Dice) => string,
): Omit<Clause, 'operator'> {
  return {
    written: write(writeText(dice, sought)),
    good: (later) => writeText(later, good(later)),
    bad: (later) => (later.chance(0.7) ? writeText(later, nearly(later, good(later))) : anyScalar(later)),
  };
}

/** The contrary: what was good is bad, and the other way round. */
function contrary(clause: Omit<Clause, 'operator'>, written: string): Omit<Clause, 'operator'> {
  return { written, good: (dice) => clause.bad(dice), bad: (dice) => clause.good(dice) };
}

const affixes = {
  prefix: (dice: Dice, sought: string) => `${sought}${anyText(dice)}`,
  suffix: (dice: Dice, sought: string) => `${anyText(dice)}${sought}`,
};

function affix(operator: 'prefix' | 'suffix', isFolded: boolean): Make {
  return (dice) => {
    const sought = anyText(dice, isFolded);
    const write = (text: string) =>
      isFolded ? `{"${operator}":{"equals-ignore-case":${text}}}` : `{"${operator}":${text}}`;
    return onText(dice, sought, write, (later) =>
      affixes[operator](later, isFolded ? recased(later, sought) : sought),
    );
  };
}

/** A wildcard's text, and a text that it takes. */
function anyWildcard(dice: Dice) {
  const parts = Array.from({ length: dice.whole(1, 3) }, () => anyText(dice) || 'a');
  const stars = [dice.chance(0.4), dice.chance(0.4)];
  const escaped = parts.map((part) => part.replace(/[*\\]/g, '\\$&'));
  const sought = `${stars[0] ? '*' : ''}${escaped.join('*')}${stars[1] ? '*' : ''}`;
  const filled = (later: Dice) => {
    const ends = stars.map((isOpen) => (isOpen ? anyText(later) : ''));
    return `${ends[0]}${parts.reduce((text, part) => `${text}${anyText(later)}${part}`)}${ends[1]}`;
  };
  return { sought: dice.chance(0.05) ? '*' : sought, filled };
}

function wildcard(dice: Dice) {
  const { sought, filled } = anyWildcard(dice);
  return onText(dice, sought, (text) => `{"wildcard":${text}}`, filled);
}

function numeric(dice: Dice): Omit<Clause, 'operator'> {
  const [low, high] = [anyNumber(dice), anyNumber(dice)].sort((a, b) => a - b) as [number, number];
  const near = (later: Dice) => {
    const around = later.pick([
      low,
      high,
      (low + high) / 2,
      low - 0.00001,
      high + 0.00001,
      low - 1,
      high + 1,
    ]);
    const held = Math.max(-5e9, Math.min(5e9, Number(around.toFixed(6))));
    return later.chance(0.85) ? writeNumber(later, held) : anyScalar(later);
  };
  const at = (bound: number) => writeNumber(dice, bound);
  const range = `["${dice.pick(['>', '>='])}",${at(low)},"${dice.pick(['<', '<='])}",${at(high)}]`;
  const single = `["${dice.pick(['=', '<', '<=', '>', '>='])}",${at(low)}]`;
  return { written: `{"numeric":${low < high && dice.chance(0.6) ? range : single}}`, good: near, bad: near };
}

/** Spellings of addresses, each list of one address or of neighbours. */
const addresses = [
  ['10.0.0.0', '10.0.0.1', '10.0.0.9', '10.0.0.10', '10.0.0.127', '10.0.0.128', '10.0.0.255', '10.0.1.0'],
  ['0.0.0.0', '127.255.255.255', '128.0.0.0', '255.255.255.255', '9.255.255.255', '192.168.9.15'],
  ['::', '::1', '0:0:0:0:0:0:0:1', '::0001', '::2', '::f', '::9', '::a', '::ffff', '0::1'],
  ['2001:db8::', '2001:DB8::1', '2001:db8:0:0::1', '2001:db8::ffff', '2001:db8:1::', '2001:db8:8000::'],
  ['::ffff:a00:1', '::FFFF:A00:1', '10.0.0.1', '::ffff:10.0.0.1', '::a00:1', '10.0.0.2'],
  ['fe80::1', 'fe80:0:0:0:0:0:0:1', 'fe80::9', 'fe80::a', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];
const noAddresses = ['10.0.0', '10.0.0.1.1', ':', '12:30', 'a:b', '1.2.3.4/8', '256.1.1.1', '::1::', ''];

function address(dice: Dice): Omit<Clause, 'operator'> {
  const list = dice.pick(addresses);
  const near = (later: Dice) => JSON.stringify(later.pick(later.chance(0.85) ? list : noAddresses));
  return {
    written: JSON.stringify(dice.chance(0.9) ? dice.pick(list) : dice.pick(noAddresses)),
    good: near,
    bad: near,
  };
}

function cidr(dice: Dice): Omit<Clause, 'operator'> {
  const list = dice.pick(addresses);
  const usable = list.filter((text) => !/:.*\./.test(text));
  const base = dice.pick(usable);
  const isShort = !base.includes(':') || /ffff:a00/i.test(base);
  const bits = dice.chance(0.2) ? dice.pick([0, 1]) : isShort ? dice.whole(6, 31) : dice.whole(14, 127);
  const near = (later: Dice) => JSON.stringify(later.pick(later.chance(0.9) ? list : noAddresses));
  return { written: `{"cidr":"${base}/${bits}"}`, good: near, bad: near };
}

/** `anything-but` of one value or of a list of them, each made and written by itself. */
function anythingBut(write: (dice: Dice) => Omit<Clause, 'operator'>, wrap: (list: string) => string): Make {
  return (dice) => {
    const clauses = Array.from({ length: dice.whole(1, 3) }, () => write(dice));
    const isList = clauses.length > 1 || dice.chance(0.2);
    const all = clauses.map(({ written }) => written).join();
    return contrary(dice.pick(clauses), `{"anything-but":${wrap(isList ? `[${all}]` : all)}}`);
  };
}

function nestedAffix(operator: 'prefix' | 'suffix') {
  return anythingBut(
    (dice) => {
      const sought = anyText(dice) || 'a';
      return onText(
        dice,
        sought,
        (text) => text,
        (later) => affixes[operator](later, sought),
      );
    },
    (list) => `{"${operator}":${list}}`,
  );
}

function exactText(dice: Dice) {
  const sought = anyText(dice);
  return onText(
    dice,
    sought,
    (text) => text,
    () => sought,
  );
}

function foldedText(dice: Dice) {
  const sought = anyText(dice, true);
  return onText(
    dice,
    sought,
    (text) => text,
    (later) => recased(later, sought),
  );
}

function exactNumber(dice: Dice): Omit<Clause, 'operator'> {
  const sought = anyNumber(dice);
  return {
    written: writeNumber(dice, sought),
    good: (later) => writeNumber(later, sought),
    bad: (later) =>
      later.pick([
        JSON.stringify(String(sought)),
        writeNumber(later, sought === 0 ? 1 : -sought),
        anyScalar(later),
      ]),
  };
}

function keyword(dice: Dice): Omit<Clause, 'operator'> {
  const sought = dice.pick(['true', 'false', 'null']);
  const others = ['true', 'false', 'null', `"${sought}"`, '""', '0'].filter((value) => value !== sought);
  return { written: sought, good: () => sought, bad: (later) => later.pick(others) };
}

const there = (dice: Dice) => anyScalar(dice);
const absent = () => undefined;

/** Every operator that EventBridge documents, in each of its forms. */
export const operatorNames: Readonly<Record<string, Make>> = {
  text: exactText,
  number: exactNumber,
  keyword,
  address,
  prefix: affix('prefix', false),
  suffix: affix('suffix', false),
  'prefix in any case': affix('prefix', true),
  'suffix in any case': affix('suffix', true),
  'equals-ignore-case': (dice) => {
    const folded = foldedText(dice);
    return { ...folded, written: `{"equals-ignore-case":${folded.written}}` };
  },
  wildcard,
  numeric,
  cidr,
  'exists: true': () => ({ written: '{"exists":true}', good: there, bad: absent }),
  'exists: false': () => ({ written: '{"exists": false}', good: absent, bad: there }),
  'anything-but text': anythingBut(exactText, (list) => list),
  'anything-but number': anythingBut(exactNumber, (list) => list),
  'anything-but prefix': nestedAffix('prefix'),
  'anything-but suffix': nestedAffix('suffix'),
  'anything-but in any case': anythingBut(foldedText, (list) => `{"equals-ignore-case":${list}}`),
  'anything-but wildcard': anythingBut(
    (dice) => {
      const { sought, filled } = anyWildcard(dice);
      return onText(dice, sought, (text) => text, filled);
    },
    (list) => `{"wildcard":${list}}`,
  ),
};

/** A clause of any operator. */
export function anyClause(dice: Dice): Clause {
  const operator = dice.pick(Object.keys(operatorNames));
  return { operator, ...operatorNames[operator]!(dice) };
}
