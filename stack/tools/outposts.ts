/** Says in which Regions serverless.witness.yml is to be deployed, one a line; why goes to standard error. */
import { installedPlans, readInstallation } from '../installation.ts';
import { outpostsOf } from '../outposts.ts';

for (const { region, reasons } of outpostsOf(await installedPlans(), readInstallation().recoveryRegion)) {
  process.stdout.write(`${region}\n`);
  process.stderr.write(`# ${region}: ${reasons.join('; ')}\n`);
}
