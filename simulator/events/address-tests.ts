import { isIPv4, isIPv6 } from 'node:net';
import { NotSimulated } from '../errors.ts';
import { PatternFault } from './pattern-fault.ts';
import type { Test } from './text-tests.ts';

/**
 * An address in hexadecimal digits: eight of IPv4, 32 of IPv6. An IPv6 address that stands for one of IPv4 is that one;
 * with dots in it, it is none (AWS event-ruler, `CIDR`).
 */
function digitsOf(text: string): string | undefined {
  if (isIPv4(text))
    return text
      .split('.')
      .map((byte) => Number(byte).toString(16).padStart(2, '0'))
      .join('');
  if (!isIPv6(text) || !/^[0-9a-fA-F:]+$/.test(text)) return undefined;
  const [front = [], back = []] = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  const digits = [...front, ...zeros, ...back].map((group) => group.toLowerCase().padStart(4, '0')).join('');
  return digits.startsWith('00000000000000000000ffff') ? digits.slice(24) : digits;
}

/** A test for one address, however it is written, or `undefined` if the text is no address. */
export function equalsAddress(text: string): Test | undefined {
  const sought = digitsOf(text);
  return sought === undefined ? undefined : within(sought, sought);
}

/**
 * Whether an address lies between two others. EventBridge compares digit by digit and stops as soon as it knows, also
 * where one address is of IPv4 and the other of IPv6: `0.0.0.0/0` takes every address (AWS event-ruler, `Range`).
 */
function within(lowest: string, highest: string): Test {
  const isInside = (digits: string) => {
    if (digits.length < lowest.length) {
      return lowest.slice(0, digits.length) < digits && digits < highest.slice(0, digits.length);
    }
    const compared = digits.slice(0, lowest.length);
    return lowest <= compared && compared <= highest;
  };
  return (value) => {
    // The engine compares a number's digits as if they were an address's.
    if (typeof value === 'number' && isInside(String(value))) {
      throw new NotSimulated(`an event with the number ${value} where a pattern looks for addresses`);
    }
    const digits = typeof value === 'string' ? digitsOf(value) : undefined;
    return digits !== undefined && isInside(digits);
  };
}

/**
 * `cidr`: a network such as `10.0.0.0/24`. A network of a single address is refused, as EventBridge does.
 * @throws PatternFault
 */
export function parseCidr(argument: string): Test {
  const [address = '', bits, ...rest] = argument.replace(/\/+$/, '').split('/');
  if (bits === undefined || rest.length > 0) throw new PatternFault("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d{1,9}$/.test(bits)) throw new PatternFault('Malformed CIDR, mask bits must be an integer');
  if (Number(bits) < 0) throw new PatternFault('Malformed CIDR, mask bits must not be negative');
  const base = digitsOf(address);
  if (base === undefined) {
    const looksRight = /^(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:]*)$/.test(address);
    throw new PatternFault(`${looksRight ? 'Invalid' : 'Nonstandard'} IP address: ${address}`);
  }
  const length = base.length * 4;
  if (Number(bits) >= length) {
    throw new PatternFault(`${length === 32 ? 'IPv4' : 'IPv6'} mask bits must be < ${length}`);
  }
  const hosts = (1n << BigInt(length - Number(bits))) - 1n;
  const first = BigInt(`0x${base}`) & ~hosts;
  const written = (digits: bigint) => digits.toString(16).padStart(base.length, '0');
  return within(written(first), written(first | hosts));
}
