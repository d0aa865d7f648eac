import * as v from 'valibot';
import { port, regionName, tags, text } from './atoms.ts';

/**
 * What one kind of server needs before it calls itself healthy. Which kind an instance is follows from the image on its
 * root volume, never from the instance's own tags: a drill's copies carry none that production would know.
 */
const server = v.strictObject({
  image: v.strictObject({ tags }),
  /** Paths where its data must be mounted, with the UUID of the file system that holds them. */
  mounts: v.optional(v.record(text, v.pipe(v.string(), v.uuid('the UUID of a file system is expected'))), {}),
  /** SSM parameters it reads at its start and at each reload, with what their value means. */
  settings: v.optional(v.record(text, v.picklist(['databaseEndpoint'])), {}),
});

const place = v.strictObject({
  /** The load balancer that clients reach, or else a public address of the first server. */
  loadBalancer: v.exactOptional(text),
  address: v.exactOptional(v.pipe(v.string(), v.ipv4('an IPv4 address is expected'))),
  /** Target group by server; a server without one counts by its instances. */
  targetGroups: v.optional(v.record(text, text), {}),
});

/** The application of a world: what it consists of and what makes it answer its health check with 200. */
export const application = v.strictObject({
  name: text,
  port,
  health: text,
  /** The public name that its users ask for. */
  liveName: text,
  /** Where it serves its users when the world begins, and where it can be recovered. */
  runsIn: regionName,
  recoversIn: regionName,
  /** Services that its servers call in their own Region, beside what the simulator has, such as `dynamodb`. */
  calls: v.optional(v.array(text), []),
  /** Services that its users come through in the Region that they are led to, such as `apigateway`. */
  behind: v.optional(v.array(text), []),
  servers: v.record(text, server),
  regions: v.record(regionName, place),
});
