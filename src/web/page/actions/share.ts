// Copies the link that shows this face again.
import { formatLink } from '../../shared/link.ts';
import type { Studio } from '../state.ts';
import { tell, tellProblem } from './messages.ts';

export async function share({ state }: Studio): Promise<void> {
  const link = new URL(`#${formatLink(state.edit.value, state.model.value!)}`, location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    tell(state, 'The link to this face is copied');
  } catch {
    tellProblem(state, 'the browser does not let this page copy. The link is in the address bar: copy it there');
  }
}
