import type { GuestDocument } from '../../simulator/guest.ts';

const wrongParameters = 64;
const notHealthy = 22;

/**
 * What the probe document does in a simulated guest: asks the application on it, with the exit statuses of
 * `stack/documents/probe.sh`. The simulated application listens on whatever port it is asked.
 */
export const probeDocument: GuestDocument = (guest, parameters) => {
  const [port = ''] = parameters['Port'] ?? [];
  const [path = ''] = parameters['Path'] ?? [];
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535)
    return failed(wrongParameters, `not a port: ${port}`);
  if (!/^\/[A-Za-z0-9/_.~%=&?,:+-]*$/.test(path)) return failed(wrongParameters, `not a path: ${path}`);
  const { status, body } = guest.askApplication(path);
  if (status < 200 || status > 299)
    return failed(notHealthy, `status ${status}: ${body.slice(0, 200).replaceAll('\n', ' ')}`);
  return { exitCode: 0, stdout: `${JSON.stringify({ port: Number(port), path, status })}\n`, stderr: '' };
};

function failed(exitCode: number, stderr: string) {
  return { exitCode, stdout: '', stderr: `${stderr}\n` };
}
