import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  calendar,
  backfill,
  dataset,
  dataSource,
  job,
  schedule,
  template,
  type CalendarCommand,
  type CalendarEvent,
  type CalendarRefusal,
  type CalendarState,
  type BackfillCommand,
  type BackfillEvent,
  type BackfillRefusal,
  type BackfillState,
  type DataSourceCommand,
  type DataSourceEvent,
  type DataSourceRefusal,
  type DataSourceState,
  type DatasetCommand,
  type DatasetEvent,
  type DatasetRefusal,
  type DatasetState,
  type JobCommand,
  type JobEvent,
  type JobRefusal,
  type JobState,
  type ScheduleCommand,
  type ScheduleEvent,
  type ScheduleRefusal,
  type ScheduleState,
  type TemplateCommand,
  type TemplateEvent,
  type TemplateRefusal,
  type TemplateState,
} from '#domain';
import { execute, type ExecuteOptions, type ExecuteOutcome } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';

/*
 * One command class and one handler for each aggregate; the union of its commands travels inside, with what the edge knows:
 * stream, origin, and the revision that the caller has seen.
 */

export class TemplateCommands extends Command<ExecuteOutcome<TemplateState, TemplateEvent, TemplateRefusal>> {
  constructor(readonly options: ExecuteOptions<TemplateCommand, TemplateState>) {
    super();
  }
}

@CommandHandler(TemplateCommands)
class TemplateCommandHandler implements ICommandHandler<TemplateCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: TemplateCommands) {
    return execute(this.parts.eventStore, template, options);
  }
}

export class ScheduleCommands extends Command<ExecuteOutcome<ScheduleState, ScheduleEvent, ScheduleRefusal>> {
  constructor(readonly options: ExecuteOptions<ScheduleCommand, ScheduleState>) {
    super();
  }
}

@CommandHandler(ScheduleCommands)
class ScheduleCommandHandler implements ICommandHandler<ScheduleCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: ScheduleCommands) {
    return execute(this.parts.eventStore, schedule, options);
  }
}

export class JobCommands extends Command<ExecuteOutcome<JobState, JobEvent, JobRefusal>> {
  constructor(readonly options: ExecuteOptions<JobCommand, JobState>) {
    super();
  }
}

@CommandHandler(JobCommands)
class JobCommandHandler implements ICommandHandler<JobCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: JobCommands) {
    return execute(this.parts.eventStore, job, options);
  }
}

export class DatasetCommands extends Command<ExecuteOutcome<DatasetState, DatasetEvent, DatasetRefusal>> {
  constructor(readonly options: ExecuteOptions<DatasetCommand, DatasetState>) {
    super();
  }
}

@CommandHandler(DatasetCommands)
class DatasetCommandHandler implements ICommandHandler<DatasetCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: DatasetCommands) {
    return execute(this.parts.eventStore, dataset, options);
  }
}

export class DataSourceCommands extends Command<ExecuteOutcome<DataSourceState, DataSourceEvent, DataSourceRefusal>> {
  constructor(readonly options: ExecuteOptions<DataSourceCommand, DataSourceState>) {
    super();
  }
}

@CommandHandler(DataSourceCommands)
class DataSourceCommandHandler implements ICommandHandler<DataSourceCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: DataSourceCommands) {
    return execute(this.parts.eventStore, dataSource, options);
  }
}

export class CalendarCommands extends Command<ExecuteOutcome<CalendarState, CalendarEvent, CalendarRefusal>> {
  constructor(readonly options: ExecuteOptions<CalendarCommand, CalendarState>) {
    super();
  }
}

@CommandHandler(CalendarCommands)
class CalendarCommandHandler implements ICommandHandler<CalendarCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: CalendarCommands) {
    return execute(this.parts.eventStore, calendar, options);
  }
}

export class BackfillCommands extends Command<ExecuteOutcome<BackfillState, BackfillEvent, BackfillRefusal>> {
  constructor(readonly options: ExecuteOptions<BackfillCommand, BackfillState>) {
    super();
  }
}

@CommandHandler(BackfillCommands)
class BackfillCommandHandler implements ICommandHandler<BackfillCommands> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ options }: BackfillCommands) {
    return execute(this.parts.eventStore, backfill, options);
  }
}

export const COMMAND_HANDLERS = [
  TemplateCommandHandler,
  ScheduleCommandHandler,
  JobCommandHandler,
  DatasetCommandHandler,
  DataSourceCommandHandler,
  CalendarCommandHandler,
  BackfillCommandHandler,
];
