import type { Handler, Provide } from '../aws/lambda.ts';
import { assess } from '../functions/assess.ts';
import { cleanup } from '../functions/cleanup.ts';
import { conclude } from '../functions/conclude.ts';
import { databases } from '../functions/databases.ts';
import { fence } from '../functions/fence.ts';
import { gate } from '../functions/gate.ts';
import { janitor } from '../functions/janitor.ts';
import { mounts } from '../functions/mounts.ts';
import { open } from '../functions/open.ts';
import { practice } from '../functions/practice.ts';
import { probe } from '../functions/probe.ts';
import { readiness } from '../functions/readiness.ts';
import { receive } from '../functions/receive.ts';
import { reload } from '../functions/reload.ts';
import { remount } from '../functions/remount.ts';
import { servers } from '../functions/servers.ts';
import { settings } from '../functions/settings.ts';
import { settle } from '../functions/settle.ts';
import { sweep } from '../functions/sweep.ts';
import { traffic } from '../functions/traffic.ts';
import { verify } from '../functions/verify.ts';
import { volumes } from '../functions/volumes.ts';
import type { StepName } from '../recovery/terms.ts';

/** A function that is no step of a recovery: it hears, decides, looks or clears up. */
type AroundName = 'receive' | 'assess' | 'probe' | 'janitor' | 'remount' | 'readiness' | 'practice';

/** The functions as they are deployed, by the name of their file: a drill gives them other dependencies, nothing else. */
export const functionsByFile: Readonly<Record<StepName | AroundName, (provide: Provide) => Handler>> = {
  open,
  servers,
  volumes,
  mounts,
  gate,
  fence,
  databases,
  settings,
  reload,
  verify,
  traffic,
  settle,
  cleanup,
  sweep,
  conclude,
  receive,
  assess,
  probe,
  janitor,
  practice,
  readiness,
  remount,
};
