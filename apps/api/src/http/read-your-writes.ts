import { Inject, Injectable } from '@nestjs/common';
import type { Position } from '#event-sourcing';
import { AUDIT_TRAIL_GROUP, type READ_MODELS_GROUP } from '#read-models';
import { PARTS, type Parts } from '#runtime';

/** The groups whose tables queries read. */
export type ReadGroup = typeof READ_MODELS_GROUP | typeof AUDIT_TRAIL_GROUP;

/** Lets a query wait until what a command has stored can be read, wherever the group's events come from. */
@Injectable()
export class ReadYourWrites {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  /** True once the group has applied the stream's event at that position; false when the time (ms) ran out first. */
  reached(group: ReadGroup, streamId: string, position: Position, timeoutMs: number): Promise<boolean> {
    const { progress, eventFeed, storeFeed } = this.parts;
    const feed = group === AUDIT_TRAIL_GROUP ? storeFeed : eventFeed;
    return progress.reached(group, feed.sourceOf(streamId), position, timeoutMs);
  }
}
