/** A pattern that EventBridge refuses; `message` is its reason. */
export class PatternFault extends Error {
  override readonly name = 'PatternFault';
}
