// SPDX-License-Identifier: Apache-2.0

// A browser cuts whatever it is loading when an address comes to its machine or goes, as those of pods do, and asks again for nothing that the page needs
// but the page itself. So it is loaded once more where a part of it did not come: three times in a minute, then it says so.
const triesKey = 'pelago-tries';
let isLoading = false;

// Several parts may be cut at once: that is one try.
function loadAgain() {
  if (isLoading) return;
  isLoading = true;
  const now = Date.now();
  const tries = JSON.parse(sessionStorage.getItem(triesKey) ?? '[]').filter(time => now - time < 60_000);
  if (tries.length < 3) {
    sessionStorage.setItem(triesKey, JSON.stringify([...tries, now]));
    setTimeout(() => location.reload(), 500);
    return;
  }
  const root = document.getElementById('root');
  if (root && !root.hasChildNodes()) root.textContent = 'A part of this page could not be loaded. Is the daemon still there? Load the page again then, or ask "pelago dashboard" for its address.';
}

addEventListener(
  'error',
  event => {
    if (event.target instanceof HTMLScriptElement || event.target instanceof HTMLLinkElement) loadAgain();
  },
  true,
);
addEventListener('vite:preloadError', loadAgain);
