// SPDX-License-Identifier: Apache-2.0

import type { Terminal } from '@xterm/xterm';

/** What the terminal gets in the place of a style element; its rules are adopted (ui/adoptStyles). Never shown: tasks.css. */
export const rulesElement = 'terminal-rules';

/**
 * The document as the terminal makes its elements with. The page's CSP lets style elements and style attributes of scripts have no effect, and tells each one as
 * an error; what is set by way of an element's own style is allowed.
 */
export function terminalDocument(): Document {
  const createElement = (name: string, options?: ElementCreationOptions) => {
    const made = document.createElement(name.toLowerCase() === 'style' ? rulesElement : name, options);
    made.setAttribute = setAttribute;
    return made;
  };
  return new Proxy(document, {
    get: (target, key) => {
      if (key === 'createElement') return createElement;
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

/** What makes the parts of a terminal in xterm 6.0.0. It hands the window's document to some of them, whatever `documentOverride` names. */
interface Inside {
  _core?: { _instantiationService?: { createInstance(part: unknown, ...given: unknown[]): unknown } };
}

/** Has all parts of a terminal that is not open yet make their elements with a document: style elements, and the lines, whose colours of 24 bits are style attributes. */
export function giveDocument(terminal: Terminal, made: Document): void {
  const parts = (terminal as unknown as Inside)._core?._instantiationService;
  if (!parts) return;
  const create = parts.createInstance.bind(parts);
  parts.createInstance = (part, ...given) => create(part, ...given.map(each => (each === document ? made : each)));
}
