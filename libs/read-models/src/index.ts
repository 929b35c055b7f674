export * from './projection/read-models-projection';
