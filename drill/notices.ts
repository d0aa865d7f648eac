import { type NoticeName, noticeProblem, noticeSource } from '../recovery/notices.ts';
import type { JsonObject } from '../simulator/json.ts';
import type { Simulator } from '../simulator/simulator.ts';

/** An event of our own that was put on a bus of a simulated account. */
export interface PutNotice {
  readonly name: string;
  readonly region: string;
  readonly detail: JsonObject;
}

const watched = new WeakMap<Simulator, PutNotice[]>();

/** Begins to keep what is put under our own source in an account. */
export function watchNotices(sim: Simulator): void {
  const notices: PutNotice[] = [];
  watched.set(sim, notices);
  for (const { name: region, events } of sim.regions) {
    events.onEvent((_bus, { source, 'detail-type': name, detail }) => {
      if (source === noticeSource) notices.push({ name, region, detail });
    });
  }
}

/** What was put since, the oldest first. */
export function noticesOf(sim: Simulator): readonly PutNotice[] {
  return watched.get(sim) ?? [];
}

/** Those of one kind. */
export function noticesNamed(sim: Simulator, name: NoticeName): readonly PutNotice[] {
  return noticesOf(sim).filter((notice) => notice.name === name);
}

/** What was put and is documented nowhere, or in another form, as sentences. */
export function undocumented(sim: Simulator): readonly string[] {
  return noticesOf(sim).flatMap(({ name, detail }) => noticeProblem(name, detail) ?? []);
}
