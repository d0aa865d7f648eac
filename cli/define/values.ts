import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../recovery/plan/durations.ts';

/** What options take, as commander wants it: the value, or an error that says what is expected. */

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('a whole number from 0 to 999999999 is expected.');
  return Number(text);
}

/** A port to listen on; 0 is any that is free. */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('a port from 0 to 65535 is expected.');
  return port;
}

/** How many worlds run side by side. */
export function workerCount(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('a number from 1 to 99 is expected.');
  return Number(text);
}

/** How many times as fast; 0 stands. */
export function factor(text: string): number {
  const times = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(times)) throw new InvalidArgumentError('a number such as 1, 60 or 0.5 is expected.');
  return times;
}

export function collect(name: string, names: readonly string[] = []): readonly string[] {
  return [...names, name];
}

/** A duration longer than nothing, in seconds. */
export function span(text: string): number {
  const seconds = parseDuration(text);
  if (!seconds) throw new InvalidArgumentError('a duration such as 90s, 10m or 2h is expected.');
  return seconds;
}

export function collectOffset(text: string, offsets: readonly number[]): readonly number[] {
  const seconds = parseDuration(text.replace(/^\+/, ''));
  if (seconds === undefined)
    throw new InvalidArgumentError('a time after the start such as +90s is expected.');
  return [...offsets, seconds];
}

/** A reason that somebody can understand afterwards. */
export function comment(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('say why, for whoever reads it afterwards.');
  return text.trim();
}

/** A code such as `LagTooHigh`, as the gate names what it waits for. */
export function code(text: string, codes: readonly string[] = []): readonly string[] {
  if (!/^[A-Z][A-Za-z]{2,40}$/.test(text))
    throw new InvalidArgumentError('the code of a problem such as LagTooHigh is expected.');
  return [...codes, text];
}

export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('a URL such as http://127.0.0.1:4566 is expected.');
  return text;
}
