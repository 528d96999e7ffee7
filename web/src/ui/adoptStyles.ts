// SPDX-License-Identifier: Apache-2.0

/**
 * The page's CSP lets no style element that a script made have any effect. The rules in elements of another name are given to the document
 * as sheets that a script constructs, which is allowed. Returns how to end that.
 */
export function adoptStyles(root: HTMLElement, name: string): () => void {
  const sheets = new Map<Element, CSSStyleSheet>();
  const adopt = () => {
    const present = new Set(root.querySelectorAll(name));
    for (const [element, sheet] of sheets) {
      if (present.has(element)) continue;
      sheets.delete(element);
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter(other => other !== sheet);
    }
    for (const element of present) {
      let sheet = sheets.get(element);
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheets.set(element, sheet);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      sheet.replaceSync(element.textContent ?? '');
    }
  };
  const observer = new MutationObserver(adopt);
  observer.observe(root, { childList: true, subtree: true, characterData: true });
  return () => {
    observer.disconnect();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(sheet => ![...sheets.values()].includes(sheet));
  };
}
