import type { DomainRefusal } from '#event-sourcing';
import type { DatasetState } from '../datasets/dataset-messages';
import type { Instant, TemplateId, UserId } from '../identifiers';
import type { RetryPolicy } from '../jobs/retry-policy';
import type { TemplateDefinition } from '../reports/definition';
import type { DefinitionProblem } from '../reports/definition-problem';

/** What a share lets its holder do; each level contains the ones before it. */
export const SHARE_LEVELS = ['view', 'run', 'edit'] as const;
export type ShareLevel = (typeof SHARE_LEVELS)[number];

/** What people call the template; changed together with the definition by a revision. */
export interface TemplateDetails {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
}

/** `dataset` is the dataset's state when the command was given: the definition is validated against it. */
export type TemplateCommand =
  | {
      readonly type: 'CreateTemplate';
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly details: TemplateDetails;
      readonly definition: TemplateDefinition;
      readonly copiedFrom: TemplateId | null;
      readonly dataset: DatasetState;
      readonly at: Instant;
    }
  | {
      readonly type: 'ReviseTemplate';
      readonly templateId: TemplateId;
      readonly details: TemplateDetails;
      readonly definition: TemplateDefinition;
      readonly restoredRevision: number | null;
      readonly dataset: DatasetState;
      readonly by: UserId;
      readonly at: Instant;
    }
  | { readonly type: 'ArchiveTemplate'; readonly templateId: TemplateId; readonly by: UserId; readonly at: Instant }
  | { readonly type: 'RestoreTemplate'; readonly templateId: TemplateId; readonly by: UserId; readonly at: Instant }
  | {
      readonly type: 'ShareTemplate';
      readonly templateId: TemplateId;
      readonly with: UserId;
      readonly level: ShareLevel;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'UnshareTemplate';
      readonly templateId: TemplateId;
      readonly with: UserId;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'TransferTemplate';
      readonly templateId: TemplateId;
      readonly to: UserId;
      readonly by: UserId;
      readonly at: Instant;
    }
  /** Null: the system's own. */
  | {
      readonly type: 'ChooseRetryPolicy';
      readonly templateId: TemplateId;
      readonly policy: RetryPolicy | null;
      readonly by: UserId;
      readonly at: Instant;
    };

export type TemplateEvent =
  | {
      readonly type: 'TemplateCreated';
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly details: TemplateDetails;
      readonly definition: TemplateDefinition;
      readonly copiedFrom: TemplateId | null;
      readonly at: Instant;
    }
  | {
      readonly type: 'TemplateRevised';
      readonly templateId: TemplateId;
      readonly details: TemplateDetails;
      readonly definition: TemplateDefinition;
      readonly restoredRevision: number | null;
      readonly by: UserId;
      readonly at: Instant;
    }
  | { readonly type: 'TemplateArchived'; readonly templateId: TemplateId; readonly by: UserId; readonly at: Instant }
  | { readonly type: 'TemplateRestored'; readonly templateId: TemplateId; readonly by: UserId; readonly at: Instant }
  | {
      readonly type: 'TemplateShared';
      readonly templateId: TemplateId;
      readonly with: UserId;
      readonly level: ShareLevel;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'TemplateUnshared';
      readonly templateId: TemplateId;
      readonly with: UserId;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'TemplateTransferred';
      readonly templateId: TemplateId;
      readonly from: UserId;
      readonly to: UserId;
      readonly by: UserId;
      readonly at: Instant;
    }
  | {
      readonly type: 'RetryPolicyChosen';
      readonly templateId: TemplateId;
      readonly policy: RetryPolicy | null;
      readonly by: UserId;
      readonly at: Instant;
    };

export type TemplateState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'archived';
      readonly templateId: TemplateId;
      readonly owner: UserId;
      readonly details: TemplateDetails;
      readonly definition: TemplateDefinition;
      /** Level by user id. */
      readonly shares: Readonly<Record<UserId, ShareLevel>>;
      /** What follows failed attempts of its jobs; null: the system's own policy. */
      readonly retryPolicy: RetryPolicy | null;
    };

export type TemplateRefusal =
  | (DomainRefusal & {
      readonly code: 'template.exists' | 'template.missing' | 'template.archived' | 'template.owner_needs_no_share';
    })
  | { readonly code: 'template.invalid'; readonly problems: readonly DefinitionProblem[] };
