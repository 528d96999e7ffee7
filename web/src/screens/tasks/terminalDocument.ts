// SPDX-License-Identifier: Apache-2.0

/** What the terminal gets in the place of a style element; its rules are adopted (ui/adoptStyles). Never shown: tasks.css. */
export const rulesElement = 'terminal-rules';

/**
 * The document as the terminal makes its elements with. The page's CSP lets style elements and style attributes of scripts have no effect, and tells each one as
 * an error; what is set by way of an element's own style is allowed.
 */
export function terminalDocument(): Document {
  const createElement = (name: string, options?: ElementCreationOptions) => {
    const made = document.createElement(name.toLowerCase() === 'style' ? rulesElement : name, options);
    const setAttribute = made.setAttribute.bind(made);
    made.setAttribute = (attribute, value) => {
      if (attribute === 'style') made.style.cssText = value;
      else setAttribute(attribute, value);
    };
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
