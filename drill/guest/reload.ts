import type { GuestDocument } from '../../simulator/guest.ts';

/** What a plan's reload document does in a guest: the application reads its settings again, below the given prefix. */
export const reloadDocument: GuestDocument = (guest, parameters) => {
  const prefix = parameters['SettingsPrefix']?.[0] ?? '';
  guest.reloadSettings(prefix);
  return { exitCode: 0, stdout: `settings read below ${prefix || '/'}\n`, stderr: '' };
};
