import type { BurstState } from '#domain';

/** What became of the list that a job made; null while nobody has looked at it, and of jobs that make none. */
export function expansionAnswer(listJobId: string, state: BurstState) {
  const href = `/v1/job-requests?burstOf=${listJobId}`;
  switch (state.status) {
    case 'absent':
      return null;
    case 'expanded':
      return { ...state, failure: null, href };
    case 'failed': {
      const { status, code, message, at } = state;
      const nothing = { rows: null, jobs: null, leftOut: [], leftOutCount: 0 };
      return { status, ...nothing, failure: { code, message }, at, href };
    }
  }
}
