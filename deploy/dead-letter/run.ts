import { userInfo } from 'node:os';
import type { DeadLetters } from '#event-feed';
import { type DeadLetter } from '#event-feed';
import type { DeadLetterCommand } from './arguments';

/** Does what was asked for and says it, line by line. */
export async function runCommand(
  command: Exclude<DeadLetterCommand, { readonly type: 'help' }>,
  letters: DeadLetters,
  say: (line: string) => void,
): Promise<void> {
  const show = (found: readonly DeadLetter[]): void => {
    for (const letter of found) say(command.json ? JSON.stringify(letter) : lineOf(letter));
  };
  /** Of use to people only: with --json every line is an event. */
  const tell = (line: string): void => (command.json ? undefined : say(line));
  switch (command.type) {
    case 'list': {
      const found = await letters.list(command.filter, { dropped: command.dropped });
      show(found);
      tell(found.length === 0 ? 'Nothing is parked.' : `${found.length} listed.`);
      return;
    }
    case 'replay': {
      const found = await letters.replay(command.filter);
      show(found);
      tell(`${found.length} to be applied again. What fails again stays in the list.`);
      return;
    }
    case 'drop': {
      const { filter, reason, by = userInfo().username } = command;
      if (!command.confirmed) {
        const found = await letters.list(filter);
        show(found);
        tell(`${found.length} would be dropped. Add --yes to do it.`);
        return;
      }
      const dropped = await letters.drop(filter, { by, reason });
      show(dropped);
      tell(`${dropped.length} dropped.`);
      return;
    }
  }
}

function lineOf(letter: DeadLetter): string {
  const where = letter.position === null ? `${letter.source} offset ${letter.offset}` : `position ${letter.position}`;
  const what = letter.eventType ?? 'a record that is no event';
  const why = letter.dropReason === null ? '' : `  (dropped by ${letter.droppedBy}: ${letter.dropReason})`;
  return [
    `${letter.id}  ${letter.status}  ${letter.group}  ${letter.streamId ?? 'no stream'}  ${what}  ${where}`,
    `    ${letter.parkedAt.toISOString()}  ${letter.errorCode}  ${letter.errorMessage}${why}`,
  ].join('\n');
}
