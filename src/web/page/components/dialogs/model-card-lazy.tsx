// The model card's renderer is fetched when somebody opens it. Not by `lazy` of preact/compat: importing that turns each
// `onChange` of the page into `onInput`, and a slider would count as let go at every step.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ModelCard } from './model-card.tsx';

export function LazyCard({ markdown }: { readonly markdown: string }) {
  const loaded = useSignal<{ readonly Card: typeof ModelCard } | undefined>(undefined);
  const failed = useSignal(false);
  useEffect(() => {
    import('./model-card.tsx').then(
      ({ ModelCard: Card }) => {
        loaded.value = { Card };
      },
      () => {
        failed.value = true; // no network; or the studio was renewed, and its files with it
      },
    );
  }, []);
  if (failed.value) return <p class="dim">The model card cannot be opened now. Reload the page.</p>;
  if (loaded.value === undefined) return <p class="dim">Opening …</p>;
  const { Card } = loaded.value;
  return <Card markdown={markdown} />;
}
