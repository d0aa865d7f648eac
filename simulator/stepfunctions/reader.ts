/** A text that is not what its grammar asks for; `message` names the place and what was expected there. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
}

/** Reads a text from left to right; the parsers of paths, filters and intrinsic functions share it. */
export class Reader {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.text.length;
  }

  get at(): number {
    return this.#at;
  }

  /** Whether the text goes on with `token`. */
  sees(token: string): boolean {
    return this.text.startsWith(token, this.#at);
  }

  /** Passes over `token` if the text goes on with it. */
  takes(token: string): boolean {
    if (!this.sees(token)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.takes(token)) this.fail(`'${token}'`);
  }

  /** Reads what a sticky pattern (flag `y`) matches here, or nothing. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  skipSpaces(): void {
    this.match(/\s*/y);
  }

  /** Reads a quoted text that begins here; a backslash keeps the next character. Returns it still escaped. */
  quoted(): string {
    const quote = this.match(/['"]/y) ?? this.fail('a quoted text');
    const body = this.match(quote === "'" ? /(?:[^'\\]|\\[\s\S])*/y : /(?:[^"\\]|\\[\s\S])*/y) ?? '';
    this.expect(quote);
    return body;
  }

  /** @throws SyntaxFault always. */
  fail(expected: string): never {
    throw new SyntaxFault(`'${this.text}' at character ${this.#at + 1}: expected ${expected}`);
  }
}
