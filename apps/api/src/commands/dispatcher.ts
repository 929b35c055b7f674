import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  streamOf,
  type CalendarCommand,
  type CalendarEvent,
  type CalendarState,
  type BackfillCommand,
  type BackfillEvent,
  type BackfillState,
  type DataSourceCommand,
  type DataSourceEvent,
  type DataSourceState,
  type DatasetCommand,
  type DatasetEvent,
  type DatasetState,
  type JobCommand,
  type JobEvent,
  type JobState,
  type ScheduleCommand,
  type ScheduleEvent,
  type ScheduleState,
  type TemplateCommand,
  type TemplateEvent,
  type TemplateState,
} from '#domain';
import type { CommandContext } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';
import type { RevisionMatch } from '../http/request-headers';
import {
  CalendarCommands,
  BackfillCommands,
  DataSourceCommands,
  DatasetCommands,
  JobCommands,
  ScheduleCommands,
  TemplateCommands,
} from './aggregate-commands';
import { done, type Done } from './outcomes';
import { Streams, type Loaded } from './streams';

/** What every command from outside brings along. */
interface From {
  readonly context: CommandContext;
  readonly ifMatch: RevisionMatch | null;
}

/** Makes the command from the aggregate's present state, or throws when the caller may not give it. */
type Make<State, Command> = (state: State) => Command | Promise<Command>;

/** Sends commands to their aggregates' handlers. Throws a `Problem` for whatever was not carried out. */
@Injectable()
export class Dispatcher {
  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(PARTS) private readonly parts: Parts,
  ) {}

  async template(
    from: From,
    id: string,
    make: Make<TemplateState, TemplateCommand>,
  ): Promise<Done<TemplateState, TemplateEvent>> {
    const options = await this.options(from, streamOf('template', id), make);
    const outcome = await this.bus.execute(new TemplateCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.template(id), make);
    return done(outcome);
  }

  async schedule(
    from: From,
    id: string,
    make: Make<ScheduleState, ScheduleCommand>,
  ): Promise<Done<ScheduleState, ScheduleEvent>> {
    const options = await this.options(from, streamOf('schedule', id), make);
    const outcome = await this.bus.execute(new ScheduleCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.schedule(id), make);
    return done(outcome);
  }

  async job(from: From, id: string, make: Make<JobState, JobCommand>): Promise<Done<JobState, JobEvent>> {
    const options = await this.options(from, streamOf('job', id), make);
    const outcome = await this.bus.execute(new JobCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.job(id), make);
    return done(outcome);
  }

  async dataset(
    from: From,
    id: string,
    make: Make<DatasetState, DatasetCommand>,
  ): Promise<Done<DatasetState, DatasetEvent>> {
    const options = await this.options(from, streamOf('dataset', id), make);
    const outcome = await this.bus.execute(new DatasetCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.dataset(id), make);
    return done(outcome);
  }

  async dataSource(
    from: From,
    id: string,
    make: Make<DataSourceState, DataSourceCommand>,
  ): Promise<Done<DataSourceState, DataSourceEvent>> {
    const options = await this.options(from, streamOf('datasource', id), make);
    const outcome = await this.bus.execute(new DataSourceCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.dataSource(id), make);
    return done(outcome);
  }

  async calendar(
    from: From,
    id: string,
    make: Make<CalendarState, CalendarCommand>,
  ): Promise<Done<CalendarState, CalendarEvent>> {
    const options = await this.options(from, streamOf('calendar', id), make);
    const outcome = await this.bus.execute(new CalendarCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.calendar(id), make);
    return done(outcome);
  }

  async backfill(
    from: From,
    id: string,
    make: Make<BackfillState, BackfillCommand>,
  ): Promise<Done<BackfillState, BackfillEvent>> {
    const options = await this.options(from, streamOf('backfill', id), make);
    const outcome = await this.bus.execute(new BackfillCommands(options));
    if (outcome.kind === 'stale') await this.mayKnow(this.streams.backfill(id), make);
    return done(outcome);
  }

  private async options<State, Command>({ context, ifMatch }: From, streamId: string, command: Make<State, Command>) {
    return { streamId, context, command, expectedRevision: await this.expected(streamId, ifMatch) };
  }

  /** Of several acceptable revisions the one that stands; -2, which none has, when no tag was one of ours. */
  private async expected(streamId: string, match: RevisionMatch | null): Promise<number | undefined> {
    if (match === null || match === 'any') return undefined;
    if (match.length <= 1) return match[0] ?? -2;
    const head = (await this.parts.eventStore.headRevisions([streamId])).get(streamId);
    return head !== undefined && match.includes(head) ? head : -2;
  }

  /** That a revision is stale may be told only to those who may see what it is a revision of: making the command finds out. */
  private async mayKnow<State, Command>(loaded: Promise<Loaded<State>>, make: Make<State, Command>): Promise<void> {
    await make((await loaded).state);
  }
}
