import type { BurstDefinition } from '../bursts/burst-messages';
import { DEFAULT_JSON_LINES } from '../reports/output-options';
import type { TemplateDefinition } from '../reports/definition';
import { templateDefinition } from './samples';

/** Of a list of recipients, whom, since when and how late being columns of a report on late flights. */
export function listDefinition(more: Partial<TemplateDefinition> = {}): TemplateDefinition {
  const column = { column: 'x', expression: null, format: null, aggregate: null };
  return templateDefinition({
    output: DEFAULT_JSON_LINES,
    columns: [
      { ...column, header: 'Mail', dataType: 'string' },
      { ...column, header: 'Late', dataType: 'integer' },
      { ...column, header: 'Since', dataType: 'timestamp' },
      { ...column, header: 'Day', dataType: 'date', format: 'dd.MM.yyyy' },
    ],
    ...more,
  });
}

/** Mails a report on late flights to each address of a list. */
export function burstDefinition(more: Partial<BurstDefinition> = {}): BurstDefinition {
  return {
    templateId: 'b0000000-0000-4000-8000-00000000b001',
    parameters: [{ name: 'late', column: 'Late' }],
    delivery: {
      ...{ channel: 'email', subject: null, text: null, destination: null },
      email: { addressColumn: 'Mail', attach: true },
    },
    mostRows: 100,
    ...more,
  };
}
