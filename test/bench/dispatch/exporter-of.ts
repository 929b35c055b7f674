import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { UserStore } from '#access';
import { dataset, job, streamOf, type JobOutput, type JobRequest } from '#domain';
import { ANNA, BEN, DATASET_ID, FLIGHTS, jobOutput, jobRequest } from '#domain/testing';
import { toNewEvents, type Append, type Decider, type DomainRefusal } from '#event-sourcing';
import { NestLogger, rootModule, type Parts } from '#runtime';
import { EXPORT_PROCESS, ExporterService } from '../../../apps/exporter/src/exporter.service';
import { ProjectorModule } from '../../../apps/projector/src/projector.module';

/** Jobs that are requested by one call, as a burst of schedules is. */
const BATCH = 300;

/** The exporter and the projections of the product in this process; a job takes so many milliseconds and makes no file. */
export async function startExporter(parts: Parts, jobMs: number): Promise<{ close(): Promise<void> }> {
  const noOp = async (): Promise<JobOutput> => {
    if (jobMs > 0) await setTimeout(jobMs);
    return jobOutput();
  };
  @Module({
    imports: [ProjectorModule],
    providers: [ExporterService, { provide: EXPORT_PROCESS, useValue: noOp }],
  })
  class NoOpExporter {}
  const logger = new NestLogger(parts.logger);
  const root = rootModule(NoOpExporter, parts);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a mere shape
  return NestFactory.createApplicationContext(root, { logger, abortOnError: false });
}

/** Whose jobs they are. Every job reads the one dataset, of which nothing but its history is ever looked at. */
export async function prepareJobs(parts: Parts): Promise<void> {
  const users = new UserStore(parts.pool);
  const person = { displayName: 'A person', passwordHash: 'none', role: 'user' } as const;
  const createdAt = parts.clock.now();
  await Promise.all([ANNA, BEN].map((userId) => users.add({ ...person, userId, username: userId, createdAt })));
  const at = parts.clock.now().toISOString();
  const command = { type: 'RegisterDataset', datasetId: DATASET_ID, definition: FLIGHTS, by: ANNA, at } as const;
  await append(parts, [begun(dataset, streamOf('dataset', DATASET_ID), command)]);
}

/** Requests so many standard exports, batch by batch, as fast as the store takes them. Gives their ids. */
export async function requestJobs(
  parts: Parts,
  jobs: number,
  more: Partial<JobRequest> = {},
): Promise<readonly string[]> {
  const ids = Array.from({ length: jobs }, () => randomUUID());
  for (let start = 0; start < jobs; start += BATCH) {
    const at = parts.clock.now().toISOString();
    const requests = ids.slice(start, start + BATCH).map((jobId) => {
      const request = jobRequest({ ...more, jobId, nominalTime: at });
      return begun(job, streamOf('job', jobId), { type: 'RequestJob', request, at });
    });
    await append(parts, requests);
  }
  return ids;
}

function begun<Command, State, Event extends { readonly type: string }>(
  decider: Decider<Command, State, Event, DomainRefusal>,
  streamId: string,
  command: Command,
): Append {
  const decision = decider.decide(command, decider.initial);
  if (!decision.accepted) throw new Error(decision.refusal.code);
  const commandId = randomUUID();
  const context = { commandId, correlationId: commandId, causationId: null, actor: ANNA, traceparent: null };
  return { streamId, expected: 'no-stream', events: toNewEvents(decision.events, context) };
}

async function append(parts: Parts, appends: readonly Append[]): Promise<void> {
  const outcomes = await parts.eventStore.appendMany(appends);
  if (outcomes.some(({ ok }) => !ok)) throw new Error('the store refused an event of the bench');
}
