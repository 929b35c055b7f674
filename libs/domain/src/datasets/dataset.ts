import { accept, refuse, type Decider } from '#event-sourcing';
import { sameJson } from '../json-equality';
import {
  NO_RELATION,
  type DatasetCommand,
  type DatasetDefinition,
  type DatasetEvent,
  type DatasetRefusal,
  type DatasetState,
} from './dataset-messages';

/** A table, view or query that is open for reports until it is retired, for good. Registering the same again changes nothing. */
export const dataset: Decider<DatasetCommand, DatasetState, DatasetEvent, DatasetRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'RegisterDataset':
        if (state.status === 'absent') return ifSound(command.definition, { ...command, type: 'DatasetRegistered' });
        return state.status === 'active' && sameJson(command.definition, state.definition)
          ? accept()
          : refuse({ code: 'dataset.exists' });
      case 'ReviseDataset':
        if (state.status === 'absent') return refuse({ code: 'dataset.missing' });
        if (state.status === 'retired') return refuse({ code: 'dataset.retired' });
        if (sameJson(command.definition, state.definition)) return accept();
        return ifSound(command.definition, { ...command, type: 'DatasetRevised' });
      case 'RetireDataset':
        if (state.status === 'absent') return refuse({ code: 'dataset.missing' });
        return state.status === 'retired' ? accept() : accept({ ...command, type: 'DatasetRetired' });
      case 'RefreshDataset':
        if (state.status === 'absent') return refuse({ code: 'dataset.missing' });
        if (state.status === 'retired') return refuse({ code: 'dataset.retired' });
        return accept({ ...command, type: 'DatasetRefreshed' });
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'DatasetRegistered':
        return { status: 'active', datasetId: event.datasetId, definition: event.definition };
      case 'DatasetRevised':
        return state.status === 'absent' ? state : { ...state, definition: event.definition };
      case 'DatasetRetired':
        return state.status === 'absent' ? state : { ...state, status: 'retired' };
      case 'DatasetRefreshed':
        return state;
    }
  },
};

function ifSound(definition: DatasetDefinition, event: DatasetEvent): ReturnType<typeof dataset.decide> {
  const hasRelation = !sameJson(definition.relation, NO_RELATION);
  if (hasRelation === (definition.query !== null)) return refuse({ code: 'dataset.relation_or_query' });
  if (definition.columns.length === 0) return refuse({ code: 'dataset.columns_empty' });
  const names = new Set(definition.columns.map((column) => column.name));
  return names.size < definition.columns.length ? refuse({ code: 'dataset.duplicate_column' }) : accept(event);
}
