import type { Dice } from './dice.ts';

/** Few characters, so that texts often meet; among them what folds, what escapes and what takes two units. */
const letters = [...'aabbABcéÉßſkKİıσςΣ日😀*\\".? 01'];
/** Letters of which both cases are one unit of UTF-16. */
const foldable = letters.filter((letter) => letter.length === 1);
const words = [
  '',
  'aws.ec2',
  'true',
  'null',
  '300',
  '300.0',
  'us-east-1',
  '10.0.0',
  'a.b',
  '$or',
  'AWS_EC2_ISSUE',
];

/** A text of a few letters; `isFoldable`: without characters of two units. */
export function anyText(dice: Dice, isFoldable = false): string {
  if (dice.chance(0.15)) return dice.pick(words);
  const from = isFoldable ? foldable : letters;
  return Array.from({ length: dice.whole(0, 5) }, () => dice.pick(from)).join('');
}

/** A text as JSON, now and then with escapes. */
export function writeText(dice: Dice, text: string): string {
  const plain = JSON.stringify(text);
  if (!dice.chance(0.1)) return plain;
  return plain.replace(/[a-zé日]/, (letter, at: number) =>
    plain[at - 1] === '\\' ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A number that a double and six decimals hold, up to five thousand million. */
export function anyNumber(dice: Dice): number {
  const sign = dice.chance(0.3) ? -1 : 1;
  const kind = dice.whole(0, 5);
  if (kind === 0) return sign * dice.pick([0, 1, 300, 5_000_000_000, 4_999_999_999.99, 0.00001, 0.000001]);
  if (kind <= 3) return sign * dice.whole(0, 12);
  return Number((sign * dice.unit() * 10 ** dice.whole(0, 6)).toFixed(dice.whole(0, 5)));
}

/** A number as JSON in one of its spellings, such as `300`, `300.0` and `3.0e2`. */
export function writeNumber(dice: Dice, number: number): string {
  const plain = Number.isInteger(number) ? number.toFixed(0) : number.toFixed(6).replace(/0+$/, '');
  const [whole, fraction = ''] = plain.split('.');
  switch (dice.whole(0, 5)) {
    case 0:
      return `${whole}.${fraction}0`;
    case 1:
      return number.toExponential();
    case 2:
      return number
        .toExponential()
        .replace(/^(-?\d)e/, '$1.0e')
        .replace('e', 'E');
    default:
      return plain;
  }
}

/** Another case of some letters of a text. */
export function recased(dice: Dice, text: string): string {
  return [...text].map((letter) => dice.pick([letter, letter.toLowerCase(), letter.toUpperCase()])).join('');
}

/** A text that is nearly another. */
export function nearly(dice: Dice, text: string): string {
  const all = [...text];
  const at = dice.whole(0, all.length);
  const letter = dice.pick(letters);
  switch (dice.whole(0, 4)) {
    case 0:
      return `${letter}${text}`;
    case 1:
      return `${text}${letter}`;
    case 2:
      return recased(dice, text);
    case 3:
      return all.toSpliced(at, 1).join('');
    default:
      return all.toSpliced(at, 1, letter).join('');
  }
}

/** A scalar of any kind as JSON. */
export function anyScalar(dice: Dice): string {
  switch (dice.whole(0, 5)) {
    case 0:
      return dice.pick(['true', 'false', 'null']);
    case 1:
    case 2:
      return writeNumber(dice, anyNumber(dice));
    default:
      return writeText(dice, anyText(dice));
  }
}
