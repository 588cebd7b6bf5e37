// Gives the focus a new place when its element goes or can no longer be used, such as a button that has done its work.
// Browsers would give it to the document, and the keyboard would begin at the top again.
import { isTyping } from '../../actions/keyboard.ts';

const focusable = 'a[href], button, input, select, summary, textarea, [tabindex="0"]';

/** Elements that had the focus, of which the latest that is still there takes it where nothing near can. */
const remembered = 8;

/** A place that the element with the focus lies in, and how many that could take it come before that one there. */
interface Place {
  readonly element: Element;
  readonly at: number;
}

/** @param page all that is looked after. @param signal ends it. */
export function keepFocus(page: HTMLElement, signal: AbortSignal): void {
  /** The element that has the focus; none once a person has left it. */
  let focused: HTMLElement | undefined;
  /** The places that it lies in, innermost first. */
  let places: readonly Place[] = [];
  let earlier: readonly HTMLElement[] = [];
  page.addEventListener(
    'focusin',
    event => {
      const target = event.target as HTMLElement;
      focused = target;
      places = event
        .composedPath()
        .filter(each => each instanceof Element && page.contains(each) && each !== page && each !== target)
        .map(each => ({ element: each as Element, at: Math.max(0, focusableIn(each as Element).indexOf(target)) }));
      earlier = [target, ...earlier.filter(each => each !== target)].slice(0, remembered);
    },
    { signal },
  );
  page.addEventListener(
    'focusout',
    ({ target }) => {
      // Some browsers say so as an element is removed, too; by then it is gone.
      queueMicrotask(() => {
        if (target === focused && canBeUsed(focused)) focused = undefined;
      });
    },
    { signal },
  );
  const observer = new MutationObserver(() => {
    const lost = focused;
    if (lost === undefined || canBeUsed(lost)) return;
    // An element that is disabled keeps the focus for a while, in some browsers until a person leaves it.
    if (document.activeElement !== document.body && document.activeElement !== lost) return;
    // Ctrl+Z, pressed again while it disables this and that, would end in a field for text.
    const isRight = (each: HTMLElement) => canTake(each) && !(lost.isConnected && isTyping({ target: each }));
    const next = nearest(places, isRight) ?? earlier.find(isRight);
    focused = undefined;
    next?.focus();
  });
  observer.observe(page, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}

function focusableIn(place: Element): HTMLElement[] {
  return [...place.querySelectorAll<HTMLElement>(focusable)];
}

/** The right element in the lost one's stead in the innermost place that has one, or that follows or precedes. */
function nearest(places: readonly Place[], isRight: (element: HTMLElement) => boolean): HTMLElement | undefined {
  for (const { element, at } of places) {
    if (!element.isConnected) continue;
    if (element.matches('main')) return; // whatever comes first in it has nothing to do with what went
    const all = focusableIn(element);
    const found = [...all.slice(at), ...all.slice(0, at).reverse()].find(isRight);
    if (found !== undefined) return found;
  }
  return;
}

/** Whether an element is there and not disabled. */
function canBeUsed(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled');
}

function canTake(element: HTMLElement): boolean {
  return canBeUsed(element) && element.checkVisibility() && !element.closest('[inert]');
}
