import { bad, fatal, list, ok, type ReadinessCheck, read } from './finding.ts';

/**
 * The KMS keys of what would be used are enabled. A volume from a snapshot under a key that is not fails only after EC2 has
 * accepted it (EC2 API Reference, CreateVolume, KmsKeyId).
 */
export const keyFindings: ReadinessCheck = (_plan, sight) =>
  read('KMS keys', sight.keyUse, (users) =>
    Object.entries(users).flatMap(([key, of]) => {
      const name = `KMS key ${key.slice(key.lastIndexOf('/') + 1)}`;
      return read(name, sight.keys[key], ({ state }) => {
        if (state === 'Enabled') return ok(name, `enabled; used by ${list(of)}`);
        const how = state === 'absent' ? 'it does not exist' : `it is ${state}`;
        const what = `${how}, and ${list(of)} ${of.length === 1 ? 'is' : 'are'} encrypted with it`;
        const wayOut =
          state === 'absent' ? 'copy the data again under another key' : 'enable it, or cancel its deletion';
        // A database under such a key shows it by its own state; servers and volumes fail in the middle of a recovery.
        return of.every((user) => user.startsWith('databases.'))
          ? bad(name, what, wayOut)
          : fatal(name, what, wayOut);
      });
    }),
  );
