/** As much of the SDK's types as this file needs. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Where a deployed function's credentials come from: Lambda gives those of the function's role as variables of its
 * environment (Lambda Developer Guide, "Defined runtime environment variables"). Bundling puts this in the place of the
 * SDK's own chain, which would look there first too, and would carry clients of STS, SSO and Signin into every bundle that
 * no function ever calls.
 * @throws Error naming the variables that are absent
 */
export const defaultProvider = () => async (): Promise<Credentials> => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
};
