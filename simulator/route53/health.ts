import type { Cancel } from '../clock.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Simulator } from '../simulator.ts';
import { checkAlarm, metricState } from './alarm-state.ts';
import { checkerRegions, type Probe, Watchers } from './checkers.ts';
import type { HealthCheckSettings } from './health-settings.ts';

export interface HealthCheck {
  readonly id: string;
  readonly callerReference: string;
  /** What the control plane accepted. */
  settings: HealthCheckSettings;
  version: number;
  /** What the checkers go by: behind `settings` until an update has spread. */
  applied: HealthCheckSettings;
  appliedVersion: number;
  /** Of an endpoint's checks only. */
  readonly watchers?: Watchers;
  /** Of an alarm's: the last state with data, healthy before the first. */
  lastKnownHealthy: boolean;
  cancelWatch?: Cancel;
}

const alarmPollSeconds = 10;

/** The health checks of the account as the name servers see them. Timers exist only while there are checks to run. */
export class HealthChecks {
  /** What endpoints answer; the world sets it. */
  probe: Probe | undefined;
  readonly #sim: Simulator;
  readonly #byId = new Map<string, HealthCheck>();

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  get all(): readonly HealthCheck[] {
    return [...this.#byId.values()];
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** @throws AwsError NoSuchHealthCheck */
  get(id: string | undefined): HealthCheck {
    const check = this.#byId.get(id ?? '');
    if (!check) throw new AwsError('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, 404);
    return check;
  }

  /** @throws AwsError InvalidInput for an alarm or a child that is not there. */
  create(id: string, callerReference: string, settings: HealthCheckSettings): HealthCheck {
    this.#checkReferences(settings);
    const regions = settings.kind === 'endpoint' ? (settings.regions ?? checkerRegions) : undefined;
    const check: HealthCheck = {
      id,
      callerReference,
      settings,
      version: 1,
      applied: settings,
      appliedVersion: 1,
      ...(regions ? { watchers: new Watchers(this.#sim, () => this.probe, regions, id) } : {}),
      lastKnownHealthy: true,
    };
    this.#byId.set(id, check);
    this.#watch(check);
    return check;
  }

  /** Takes new settings in; the checkers and name servers follow after `route53.healthCheckUpdate`. */
  update(check: HealthCheck, settings: HealthCheckSettings): void {
    if (JSON.stringify(settings.config.Regions) !== JSON.stringify(check.settings.config.Regions)) {
      throw new NotSimulated('route53:UpdateHealthCheck with Regions');
    }
    this.#checkReferences(settings);
    check.settings = settings;
    check.version += 1;
    const { version } = check;
    this.#sim.afterDraw('route53.healthCheckUpdate', check.id, () => {
      if (version < check.appliedVersion || !this.#byId.has(check.id)) return;
      check.applied = settings;
      check.appliedVersion = version;
      this.#watch(check);
    });
  }

  delete(check: HealthCheck): void {
    this.#byId.delete(check.id);
    check.watchers?.stop();
    check.cancelWatch?.();
  }

  /** As the name servers see it now: disabled counts as healthy, and inverting comes last. */
  isHealthy(id: string): boolean {
    const check = this.#byId.get(id);
    if (!check) throw new NotSimulated(`the health of the deleted health check ${id}`);
    const healthy = check.applied.disabled || this.#observed(check);
    return healthy !== check.applied.inverted;
  }

  #observed(check: HealthCheck): boolean {
    const { applied } = check;
    switch (applied.kind) {
      case 'endpoint':
        return check.watchers?.healthy ?? true;
      case 'alarm':
        return this.#alarmHealthy(check, applied);
      case 'calculated':
        return applied.children.filter((child) => this.isHealthy(child)).length >= applied.healthThreshold;
      default:
        return unreachable(applied);
    }
  }

  #alarmHealthy(check: HealthCheck, settings: HealthCheckSettings & { kind: 'alarm' }): boolean {
    const state = metricState(this.#sim, settings.alarmRegion, settings.alarmName) ?? 'INSUFFICIENT_DATA';
    if (state !== 'INSUFFICIENT_DATA') return state === 'OK';
    switch (settings.insufficientData) {
      case 'Healthy':
        return true;
      case 'Unhealthy':
        return false;
      case 'LastKnownStatus':
        return check.lastKnownHealthy;
      default:
        return unreachable(settings.insufficientData);
    }
  }

  #watch(check: HealthCheck): void {
    const { applied, watchers } = check;
    check.cancelWatch?.();
    if (applied.disabled) {
      watchers?.stop();
    } else if (applied.kind === 'endpoint') {
      const { url, intervalSeconds, failureThreshold } = applied;
      watchers?.start({ healthCheckId: check.id, url, intervalSeconds, failureThreshold });
    } else if (applied.kind === 'alarm' && applied.insufficientData === 'LastKnownStatus') {
      this.#followAlarm(check, applied.alarmRegion, applied.alarmName);
    }
  }

  /** Remembers the last state with data, for `LastKnownStatus`. */
  #followAlarm(check: HealthCheck, region: string, alarmName: string): void {
    const state = metricState(this.#sim, region, alarmName);
    if (state === 'OK' || state === 'ALARM') check.lastKnownHealthy = state === 'OK';
    check.cancelWatch = this.#sim.clock.after(alarmPollSeconds * 1000, () =>
      this.#followAlarm(check, region, alarmName),
    );
  }

  #checkReferences(settings: HealthCheckSettings): void {
    if (settings.kind === 'alarm') checkAlarm(this.#sim, settings.alarmRegion, settings.alarmName);
    if (settings.kind !== 'calculated') return;
    for (const child of settings.children) {
      if (!this.#byId.has(child))
        throw new AwsError('InvalidInput', `The child health check ${child} does not exist.`);
      if (this.#byId.get(child)?.settings.kind === 'calculated') {
        throw new AwsError(
          'InvalidInput',
          'A calculated health check cannot monitor another calculated health check.',
        );
      }
    }
  }
}

function unreachable(value: never): never {
  throw new Error(`unknown kind of health check ${JSON.stringify(value)}`);
}
