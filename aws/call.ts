import type { Answer, Refusal, RefusalKind } from '../recovery/answer.ts';
import type { Access } from './access.ts';
import { sleep } from './clock.ts';

export interface CallOptions {
  /** Seconds until the answer counts as unknown. */
  readonly deadlineSeconds?: number;
  /** Whether the same call may be sent again after a transient error: reads, and writes with a token or a fixed result. */
  readonly repeatable?: boolean;
  /** Whether it may also be sent again when no answer came: only what changes nothing by being done twice. */
  readonly repeatUnknown?: boolean;
  /** How often it is sent at most; 3 times when absent. Three times without an answer are enough in any case. */
  readonly attempts?: number;
  /** Whether it may also be sent again when a permission seems to be missing: where a single stray refusal would end too much. */
  readonly repeatDenied?: boolean;
}

const defaultDeadlineSeconds = 5;
const usualAttempts = 3;
/** What gave no answer has cost its whole deadline each time; what was refused before it cost nothing. */
const unansweredMax = 3;
const firstPauseMs = 200;
const longestPauseMs = 1000;

/**
 * The one way to AWS: a deadline a call, retries that sleep on the injected clock, and an answer that is always a value.
 * @param asked what is asked, as `service:Action`, for records and sentences
 * @param send makes the request; the signal aborts it at the deadline
 */
export async function call<T>(
  access: Access,
  asked: string,
  send: (signal: AbortSignal) => Promise<T>,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const deadlineMs = (options.deadlineSeconds ?? defaultDeadlineSeconds) * 1000;
  let unanswered = 0;
  for (let attempt = 1; ; attempt += 1) {
    if (access.clock.nowMs() >= access.stopAtMs) return refusal('unknown', 'OutOfTime', '', asked);
    const answer = await once(access, asked, send, deadlineMs);
    const isPassing =
      !answer.ok &&
      (answer.kind === 'transient' ||
        (answer.kind === 'unknown' && options.repeatUnknown === true) ||
        (answer.kind === 'denied' && options.repeatDenied === true));
    if (!answer.ok && answer.kind === 'unknown') unanswered += 1;
    const mayRepeat = isPassing && options.repeatable !== false;
    if (!mayRepeat || attempt >= (options.attempts ?? usualAttempts) || unanswered >= unansweredMax)
      return answer;
    await sleep(access.clock, Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)));
  }
}

async function once<T>(
  access: Access,
  asked: string,
  send: (signal: AbortSignal) => Promise<T>,
  deadlineMs: number,
): Promise<Answer<T>> {
  const controller = new AbortController();
  const answered = send(controller.signal).then(
    (value): Answer<T> => ({ ok: true, value }),
    (error: unknown): Answer<T> => refusalOf(error, asked),
  );
  let stopWaiting = () => {};
  const late = new Promise<Answer<T>>((resolve) => {
    stopWaiting = access.clock.after(deadlineMs, () => {
      resolve(refusal('unknown', 'Deadline', '', asked));
      controller.abort();
    });
  });
  try {
    return await Promise.race([answered, late]);
  } finally {
    stopWaiting();
  }
}

/** Sorts an error of the SDK by what a step can do about it. Anything that is not AWS's answer is thrown on: a defect. */
function refusalOf(error: unknown, asked: string): Refusal {
  if (!(error instanceof Error)) throw error;
  const { name, message } = error;
  // What the network answers in place of AWS has a system's code and no metadata of a response.
  const hasSystemCode = typeof (error as { code?: unknown }).code === 'string' && !('$metadata' in error);
  if (networkFailures.has(name) || hasSystemCode) return refusal('unknown', name, message, asked);
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status === undefined) throw error;
  return refusal(kindOf(name, message, status), name, message, asked);
}

const networkFailures = new Set(['AbortError', 'TimeoutError']);

/** Codes by what they mean for a step; each from the service's API Reference. */
const codes: Readonly<Record<Exclude<RefusalKind, 'unknown' | 'unlisted'>, ReadonlySet<string>>> = {
  transient: new Set([
    'RequestLimitExceeded',
    'TooManyUpdates',
    'Throttled',
    'EC2ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'BandwidthLimitExceeded',
    'InternalServiceErrorException',
    'RequestTimeoutException',
    'RequestExpired',
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'TooManyRequestsException',
    'SlowDown',
    'PriorRequestNotComplete',
    'ServiceUnavailable',
    'Unavailable',
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    'InternalServiceError',
    'RequestTimeout',
    'ConditionalRequestConflict',
    'ConflictException',
  ]),
  absent: new Set([
    'InvalidInstanceID.NotFound',
    'InvalidVolume.NotFound',
    'InvalidSnapshot.NotFound',
    'InvalidAMIID.NotFound',
    'DBInstanceNotFound',
    'DBInstanceNotFoundFault',
    'DBSnapshotNotFound',
    'DBSnapshotNotFoundFault',
    'ParameterNotFound',
    'InvocationDoesNotExist',
    'NoSuchKey',
    'NotFound',
    'NoSuchChange',
    'NoSuchHostedZone',
    'TargetGroupNotFound',
    'TargetGroupNotFoundException',
    'InvalidLaunchTemplateName.NotFoundException',
    'InvalidLaunchTemplateId.NotFound',
  ]),
  conflict: new Set([
    'IncorrectState',
    'InvalidTarget',
    'InvalidTargetException',
    'InvalidDBSnapshotStateFault',
    'InvalidAMIID.Unavailable',
    'InvalidSnapshot.InUse',
    'IncorrectInstanceState',
    'VolumeInUse',
    'InvalidDBInstanceState',
    'InvalidDBInstanceStateFault',
    'InvalidDBSnapshotState',
    'DBInstanceAlreadyExists',
    'DBInstanceAlreadyExistsFault',
    'PreconditionFailed',
    'IdempotentParameterMismatch',
    'InvalidInstanceId',
    'ParameterAlreadyExists',
    'OperationNotPermitted',
    'InvalidVolume.ZoneMismatch',
  ]),
  denied: new Set([
    'AccessDenied',
    'AccessDeniedException',
    'UnauthorizedOperation',
    'AuthFailure',
    'AuthorizationError',
  ]),
  capacity: new Set([
    'InsufficientInstanceCapacity',
    'InsufficientFreeAddressesInSubnet',
    'InstanceLimitExceeded',
    'VcpuLimitExceeded',
    'Unsupported',
    'InsufficientDBInstanceCapacity',
    'InsufficientDBInstanceCapacityFault',
    'InsufficientVolumeCapacity',
    'InsufficientHostCapacity',
    'InsufficientCapacityOnHost',
    'VolumeLimitExceeded',
    'InstanceQuotaExceeded',
    'InstanceQuotaExceededFault',
    'StorageQuotaExceeded',
    'StorageQuotaExceededFault',
  ]),
};

function kindOf(name: string, message: string, status: number): RefusalKind {
  for (const [kind, members] of Object.entries(codes)) {
    if (members.has(name)) return kind as RefusalKind;
  }
  // The device name of a detached volume stays taken for some seconds (EC2, AttachVolume).
  if (name === 'InvalidParameterValue' && message.includes('already in use')) return 'conflict';
  return status >= 500 || status === 429 ? 'transient' : 'unlisted';
}

function refusal(kind: RefusalKind, code: string, message: string, asked: string): Refusal {
  return { ok: false, kind, code, message, asked };
}
