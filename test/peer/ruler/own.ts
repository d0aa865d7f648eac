import { isObject, type Json, type JsonObject } from '../../../simulator/json.ts';
import { packagedTemplates } from '../../../stack/template.ts';
import { eventFiles, missesOf } from '../../events/files.ts';
import { Dice } from './dice.ts';
import type { Pair } from './judge.ts';
import { nearly } from './writing.ts';

/** The patterns of `events/` and those of the rules that the two templates deploy, each once. */
export async function ownPatterns(): Promise<readonly string[]> {
  const { recovery, witness } = await packagedTemplates();
  const deployed = [recovery, witness].flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Properties }) => Properties?.['EventPattern'] ?? []),
  );
  const filed = eventFiles
    .filter(({ kind }) => kind === 'pattern')
    .map(({ text }) => JSON.parse(text) as Json);
  return [...new Set([...deployed, ...filed].map((pattern) => JSON.stringify(pattern)))];
}

/** Every sample and near miss of `events/`. */
export const ownEvents: readonly Json[] = [
  ...eventFiles.filter(({ kind }) => kind === 'sample').map(({ text }) => JSON.parse(text) as Json),
  ...new Set(eventFiles.map(({ name }) => name).flatMap((name) => missesOf(name).map(({ event }) => event))),
];

/** Our patterns against our events, each event as it is and with something changed in it. */
export async function ownPairs(seed: number, changesPerEvent: number): Promise<readonly Pair[]> {
  const dice = new Dice(seed);
  const events = ownEvents.flatMap((event) => [
    event,
    ...Array.from({ length: changesPerEvent }, () => changed(dice, event)),
  ]);
  const written = events.map((event) => JSON.stringify(event));
  return (await ownPatterns()).flatMap((pattern) => written.map((event) => ({ pattern, event })));
}

/** The event with one of its members changed, somewhere. */
function changed(dice: Dice, value: Json): Json {
  if (!isObject(value) || Object.keys(value).length === 0) return changedValue(dice, value);
  const name = dice.pick(Object.keys(value));
  const member = value[name]!;
  const isDeeper = isObject(member) ? dice.chance(0.9) : false;
  if (!isDeeper && dice.chance(0.2)) return without(value, name);
  return { ...value, [name]: isDeeper ? changed(dice, member) : changedValue(dice, member) };
}

function without(value: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
}

function changedValue(dice: Dice, value: Json): Json {
  switch (dice.whole(0, 4)) {
    case 0:
      return [value];
    case 1:
      return [dice.pick([null, 'x', { a: 'x' }, []]), value];
    case 2:
      return dice.pick<Json>([null, '', [], {}, 0, false]);
    default:
      return typeof value === 'string' ? nearly(dice, value) : JSON.stringify(value);
  }
}
