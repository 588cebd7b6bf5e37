// Finds the strength that gives a wanted logit on one face, from answers measured at some strengths.

/** The classifier's logit of the face at a strength. */
export interface Answer {
  readonly strength: number;
  readonly logit: number;
}

export interface Found extends Answer {
  /** Whether the logit is the wanted one; otherwise it is the closest that was measured on that side. */
  readonly reached: boolean;
  /** The measured points around it, the nearer to the face as it is first. */
  readonly between: readonly [Answer, Answer];
}

/**
 * The first strength on the way from 0 at which the wanted logit is met, linear between the points: toward more where
 * the face has less than wanted, otherwise toward less. The change is then the smallest, and a higher logit never takes
 * a lower strength, even where the answers do not rise everywhere.
 * @param answers in rising order of strength, with one at strength 0.
 * @throws RangeError for others.
 */
export function strengthFor(answers: readonly Answer[], logit: number): Found {
  const here = answers.findIndex(({ strength }) => strength === 0);
  if (here < 0 || answers.some(({ strength }, i) => i > 0 && !(strength > answers[i - 1]!.strength))) {
    throw new RangeError('answers must rise in strength and have one at 0');
  }
  const more = logit >= answers[here]!.logit;
  const way = more ? answers.slice(here) : answers.slice(0, here + 1).reverse();
  const meets = (answer: Answer) => (more ? answer.logit >= logit : answer.logit <= logit);
  const after = way.findIndex(meets);
  if (after < 0) {
    const missing = (answer: Answer) => Math.abs(answer.logit - logit);
    const closest = way.reduce((best, each) => (missing(each) < missing(best) ? each : best));
    const at = way.indexOf(closest);
    return { ...closest, reached: false, between: [way[at - 1] ?? closest, way[at + 1] ?? closest] };
  }
  const [a, b] = [way[Math.max(0, after - 1)]!, way[after]!];
  const share = a.logit === b.logit ? 1 : (logit - a.logit) / (b.logit - a.logit);
  const strength = a.strength + share * (b.strength - a.strength);
  return { strength, logit, reached: true, between: [a, b] };
}
