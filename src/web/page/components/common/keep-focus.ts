// Gives the focus a new place when its element goes, such as a button that has done its work. Browsers would give it to the
// document, and the keyboard would begin at the top again.

const focusable = 'a[href], button, input, select, summary, textarea, [tabindex="0"]';

/** Elements that had the focus, of which the latest that is still there takes it where nothing near can. */
const remembered = 8;

/** @param page all that is looked after. @param signal ends it. */
export function keepFocus(page: HTMLElement, signal: AbortSignal): void {
  /** The element that has the focus and those it lies in, innermost first; none once a person has left it. */
  let path: readonly Element[] = [];
  let earlier: readonly HTMLElement[] = [];
  page.addEventListener(
    'focusin',
    event => {
      const target = event.target as HTMLElement;
      path = event
        .composedPath()
        .filter(each => each instanceof Element && page.contains(each) && each !== page) as Element[];
      earlier = [target, ...earlier.filter(each => each !== target)].slice(0, remembered);
    },
    { signal },
  );
  page.addEventListener(
    'focusout',
    ({ target }) => {
      // Some browsers say so as an element is removed, too; by then it is gone.
      queueMicrotask(() => {
        if (target === path[0] && (target as Element).isConnected) path = [];
      });
    },
    { signal },
  );
  const observer = new MutationObserver(() => {
    const lost = path[0];
    if (lost === undefined || lost.isConnected || document.activeElement !== document.body) return;
    const next = nearest(path) ?? earlier.find(canTake);
    path = [];
    next?.focus();
  });
  observer.observe(page, { childList: true, subtree: true });
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** The first element that can take the focus in the innermost of these places that has one. */
function nearest(path: readonly Element[]): HTMLElement | undefined {
  for (const place of path) {
    if (!place.isConnected) continue;
    if (place.matches('main')) return; // whatever comes first in it has nothing to do with what went
    const found = [...place.querySelectorAll<HTMLElement>(focusable)].find(canTake);
    if (found !== undefined) return found;
  }
  return;
}

function canTake(element: HTMLElement): boolean {
  return (
    element.isConnected && !element.matches(':disabled') && element.checkVisibility() && !element.closest('[inert]')
  );
}
