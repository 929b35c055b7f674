import { setTimeout as delay } from 'node:timers/promises';
import type { Operation, PlannedOperation } from '../plan/plan-workload';
import type { Answer } from '../proof/check-answers';
import { codeOf, type Answered } from './client';
import { scheduleBody } from './definitions';
import type { Stage } from './set-up';
import { planBody } from './set-up-deliveries';

interface Changed {
  readonly id: string;
  readonly revision: number;
}

/** Does what the plan says that people do, each thing at its time, and keeps what they were answered. */
export class People {
  readonly #stage: Stage;
  readonly #answers: Answer[] = [];
  /** Answers that no plan accounts for, a sentence each. */
  readonly #refusals: string[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  get refusals(): readonly string[] {
    return this.#refusals;
  }

  /** Resolves when everything was begun; `answered` tells when all of it is done. */
  async perform(operations: readonly PlannedOperation[]): Promise<void> {
    const begunAt = performance.now();
    for (const { atMs, operation } of operations) {
      await delay(Math.max(begunAt + atMs - performance.now(), 0));
      const done = this.#perform(operation)
        .catch((error: unknown) => void this.#refusals.push(`${operation.kind}: ${String(error)}`))
        .finally(() => this.#underWay.delete(done));
      this.#underWay.add(done);
    }
  }

  /** Resolves when everything that was begun has its answer, or will not get one: not within so many milliseconds. */
  async answered(withinMs: number): Promise<void> {
    const giveUp = setTimeout(() => this.#stage.admin.stop(), withinMs);
    await Promise.all(this.#underWay);
    clearTimeout(giveUp);
  }

  async #perform(operation: Operation): Promise<void> {
    const { admin, destinations, owners, schedules } = this.#stage;
    switch (operation.kind) {
      case 'run_now':
        await this.#run(operation.report);
        return;
      case 'run_and_cancel': {
        const jobId = await this.#run('slow');
        await delay(operation.afterMs);
        const answer = await admin.ask<unknown>('POST', `/v1/job-requests/${jobId}/cancel`, {});
        if (answer.status < 300) this.#answers.push({ kind: 'cancelled', jobId });
        else if (codeOf(answer.body) !== 'job.ended') this.#unexpected(operation, answer);
        return;
      }
      case 'pause_and_resume': {
        const scheduleId = placed(schedules.paused, operation.schedule);
        await this.#change(operation, scheduleId, 'pause');
        await delay(operation.afterMs);
        await this.#change(operation, scheduleId, 'resume');
        return;
      }
      case 'revise':
        await this.#revise(operation, placed(schedules.revised, operation.schedule));
        return;
      case 'remove':
        await this.#change(operation, placed(schedules.removed, operation.schedule), 'remove');
        return;
      case 'replan': {
        const scheduleId = placed(schedules.untouched, operation.schedule);
        const body = planBody(destinations, operation.destinations);
        const answer = await admin.ask<{ revision: number }>('PUT', `/v1/schedules/${scheduleId}/deliveries`, body);
        if (answer.status >= 300) this.#unexpected(operation, answer);
        else this.#answers.push({ kind: 'planned', scheduleId, revision: answer.body.revision });
        return;
      }
      case 'revoke_owner': {
        const answer = await admin.ask<unknown>('POST', `/v1/users/${placed(owners, operation.owner)}/disable`);
        if (answer.status >= 300) this.#unexpected(operation, answer);
      }
    }
  }

  async #run(report: keyof Stage['templates']): Promise<string> {
    const { admin, templates } = this.#stage;
    const { body } = await admin.expectOk<{ id: string }>('POST', `/v1/templates/${templates[report]}/run`, {});
    this.#answers.push({ kind: 'run', jobId: body.id });
    return body.id;
  }

  async #change(operation: Operation, scheduleId: string, verb: 'pause' | 'resume' | 'remove'): Promise<void> {
    const body = verb === 'pause' ? {} : undefined;
    this.#changed(operation, await this.#stage.admin.ask<Changed>('POST', `/v1/schedules/${scheduleId}/${verb}`, body));
  }

  /** On what it is now: read again when somebody else was faster, or the list that shows it is behind. */
  async #revise(operation: Extract<Operation, { kind: 'revise' }>, scheduleId: string): Promise<void> {
    const { admin, endsAt } = this.#stage;
    const body = scheduleBody({ name: 'quick', endsAt, everyMinutes: operation.everyMinutes });
    for (;;) {
      const { headers } = await admin.expectOk<unknown>('GET', `/v1/schedules/${scheduleId}`);
      const match = { 'if-match': headers.get('etag') ?? '' };
      const answer = await admin.ask<Changed>('PUT', `/v1/schedules/${scheduleId}`, body, match);
      if (codeOf(answer.body) !== 'precondition.failed') {
        this.#changed(operation, answer);
        return;
      }
      await delay(200);
    }
  }

  #changed(operation: Operation, answer: Answered<Changed>): void {
    // Towards its end a schedule that would never fire again is rightly refused.
    const isOver = codeOf(answer.body) === 'schedule.invalid' && !this.#wouldFire(operation);
    if (answer.status >= 300 && !isOver) this.#unexpected(operation, answer);
    else if (answer.status < 300)
      this.#answers.push({ kind: 'changed', scheduleId: answer.body.id, revision: answer.body.revision });
  }

  /** Whether an occurrence is left between now and the end of all schedules. */
  #wouldFire(operation: Operation): boolean {
    const step = (operation.kind === 'revise' ? operation.everyMinutes : 1) * 60_000;
    return Math.floor(this.#stage.endsAt.getTime() / step) * step > Date.now();
  }

  #unexpected({ kind }: Operation, { status, body }: Answered<unknown>): void {
    this.#refusals.push(`${kind} was answered ${status} ${codeOf(body)}`);
  }
}

function placed(ids: readonly string[], place: number): string {
  const id = ids[place];
  if (id === undefined) throw new Error(`nothing was set up at place ${place}`);
  return id;
}
