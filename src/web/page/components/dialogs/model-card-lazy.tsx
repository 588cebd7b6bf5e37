// The model card's renderer is fetched when somebody opens it.
import { lazy, Suspense } from 'preact/compat';

export function lazyCard() {
  const Card = lazy(() => import('./model-card.tsx').then(({ ModelCard }) => ModelCard));
  return ({ markdown }: { readonly markdown: string }) => (
    <Suspense fallback={<p class="dim">Opening …</p>}>
      <Card markdown={markdown} />
    </Suspense>
  );
}
